"""Ways to hand a notice over: an SMTP server, files in a folder, or not at all because no mailbox is known."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from common.settings import Settings, SettingsError
from referrals.notice import Notice, NoticeWriter
from referrals.team import TeamFacts

SMTP_TIMEOUT = 20.0  # seconds for each step of a hand-over
STAND_IN_DOMAIN = "localhost"


class MailDelayed(Exception):
    """Not accepted now; a later try may succeed (4xx answer, time-out, no connection). The message is a reason without content."""


class MailRefused(Exception):
    """Refused for good (5xx answer): a person must look."""


class MailSkipped(Exception):
    """There is nowhere to send it; the message says what to set."""


class Mailer(Protocol):
    """Hands one notice over. Returns when it was accepted; else raises MailDelayed, MailRefused or MailSkipped."""

    async def send(self, notice: Notice) -> None: ...


@dataclass(frozen=True)
class SmtpServer:
    """Where SMTP_URL points. `start_tls`: True demanded, None used where the server offers it, False never."""

    host: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """Read smtp://user:pass@host:port (25), smtps:// (465, TLS from the start) or smtp+starttls:// (587, TLS demanded).

        A password never travels in clear except to this machine. Raises SettingsError for any other address.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SettingsError("SMTP_URL: the port must be a number") from None
        defaults = {"smtp": 25, "smtps": 465, "smtp+starttls": 587, "starttls": 587}
        if parts.scheme not in defaults or not parts.hostname:
            raise SettingsError("SMTP_URL must look like smtp://user:password@host:port, smtps:// or smtp+starttls://")
        use_tls = parts.scheme == "smtps"
        must = parts.scheme.endswith("starttls") or (
            bool(parts.username) and parts.hostname not in ("localhost", "127.0.0.1", "::1")
        )
        return cls(
            parts.hostname,
            port or defaults[parts.scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            use_tls,
            None if use_tls or not must else True,
        )


@dataclass(frozen=True)
class SmtpMailer:
    """Hands notices to an SMTP server, one connection for each: they are few."""

    server: SmtpServer
    writer: NoticeWriter
    timeout: float = SMTP_TIMEOUT

    async def send(self, notice: Notice) -> None:
        server = self.server
        try:
            await aiosmtplib.send(
                self.writer.write(notice),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.use_tls,
                start_tls=False if server.use_tls else server.start_tls,
                timeout=self.timeout,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _by_code(max(one.code for one in error.recipients)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _by_code(error.code) from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, asyncio.TimeoutError) as error:
            raise MailDelayed(f"the mail server could not be used ({type(error).__name__})") from None


@dataclass(frozen=True)
class FileMailer:
    """Writes notices as .eml files; the name holds the message id, so that a repeat replaces the first."""

    folder: Path
    writer: NoticeWriter

    async def send(self, notice: Notice) -> None:
        await asyncio.to_thread(self._write, notice, self.writer.write(notice))

    def _write(self, notice: Notice, message: EmailMessage) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{notice.reference}-{notice.message_id[:8]}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(message.as_bytes())
            part.replace(path)
        except OSError as error:
            raise MailDelayed(f"the mail folder could not be written ({type(error).__name__})") from None


@dataclass(frozen=True)
class NoMailbox:
    """Stands where nobody said which mailbox the team reads."""

    reason: str = "no mailbox is known for the team: set TEAM_MAILBOX, or mailbox in team.yml"

    async def send(self, notice: Notice) -> None:
        raise MailSkipped(self.reason)


def mailer_for(settings: Settings, team: TeamFacts) -> Mailer:
    """The mailer that the settings ask for. Raises SettingsError when SMTP_URL cannot be read.

    The mailbox is TEAM_MAILBOX, else the one in team.yml; production never writes to the stand-in at localhost.
    """
    mailbox = settings.team_mailbox or team.mailbox
    if not mailbox or (settings.production and mailbox.endswith("@" + STAND_IN_DOMAIN)):
        return NoMailbox()
    writer = NoticeWriter(team.words, settings.mail_from, mailbox, f"{settings.public_base_url}/desk")
    if settings.smtp_url:
        return SmtpMailer(SmtpServer.parse(settings.smtp_url), writer)
    return FileMailer(settings.var_dir / "mail", writer)


def _by_code(code: int) -> MailDelayed | MailRefused:
    """4xx is a delay, 5xx a refusal (RFC 5321, 4.2.1); anything stranger is worth another try."""
    kind = MailRefused if 500 <= code < 600 else MailDelayed
    return kind(f"the mail server answered {code}")
