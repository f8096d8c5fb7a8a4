"""Ways to send a notice by e-mail: an SMTP server, or files in a folder."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from common.settings import Settings, SettingsError
from referrals.alert_rules import AlertRules
from referrals.carrying import Delayed, Refused, Skipped, Unaddressed
from referrals.model import ALERTS
from referrals.notice import Notice, NoticeWriter
from referrals.team import TeamFacts

SMTP_TIMEOUT = 20.0  # seconds for each step of a hand-over
STAND_IN_DOMAIN = "localhost"


@dataclass(frozen=True)
class Mailboxes:
    """Who reads what: `others` by (destination, team), `team` for everybody else's notices, `lead` for every alert.

    With `real_only` (production) nothing goes to the stand-in at localhost.
    """

    team: str
    lead: str = ""
    others: Mapping[tuple[str, str], str] = field(default_factory=dict)
    real_only: bool = False

    def of(self, notice: Notice) -> str:
        """The address for this notice. Raises Skipped when nobody said which, or Unaddressed for the lead: an alert waits."""
        alert = notice.kind in ALERTS
        address = self.lead if alert else self.others.get((notice.destination, notice.team)) or self.team
        if not address or (self.real_only and address.endswith("@" + STAND_IN_DOMAIN)):
            if alert:
                raise Unaddressed("no mailbox is known for the lead: set LEAD_MAILBOX, or lead_mailbox in team.yml")
            raise Skipped("no mailbox is known for the team: set TEAM_MAILBOX, or mailbox in team.yml")
        return address


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
    mailboxes: Mailboxes
    timeout: float = SMTP_TIMEOUT

    async def send(self, notice: Notice) -> None:
        await self.hand_over(self.writer.write(notice, self.mailboxes.of(notice)), "")

    async def hand_over(self, message: EmailMessage, name: str) -> None:
        server = self.server
        try:
            await aiosmtplib.send(
                message,
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
            raise Delayed(f"the mail server could not be used ({type(error).__name__})") from None


@dataclass(frozen=True)
class FileMailer:
    """Writes notices as .eml files; the name holds the message id, so that a repeat replaces the first."""

    folder: Path
    writer: NoticeWriter
    mailboxes: Mailboxes

    async def send(self, notice: Notice) -> None:
        message = self.writer.write(notice, self.mailboxes.of(notice))
        await self.hand_over(message, f"{notice.reference}-{notice.message_id[:8]}")

    async def hand_over(self, message: EmailMessage, name: str) -> None:
        await asyncio.to_thread(self._write, message, name)

    def _write(self, message: EmailMessage, name: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{name}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(message.as_bytes())
            part.replace(path)
        except OSError as error:
            raise Delayed(f"the mail folder could not be written ({type(error).__name__})") from None


def mailer_for(settings: Settings, team: TeamFacts) -> SmtpMailer | FileMailer:
    """The mailer that the settings ask for. Raises SettingsError when SMTP_URL cannot be read.

    Notices go to TEAM_MAILBOX, else to the mailbox of team.yml, unless destinations.yml gives their team its own.
    """
    mailboxes = Mailboxes(
        team=settings.team_mailbox or team.mailbox,
        lead=settings.lead_mailbox or team.lead_mailbox,
        others={key: receiver.mailbox for key, receiver in team.others.receivers.items() if receiver.mailbox},
        real_only=settings.production,
    )
    alerts = AlertRules.load(settings.data_dir)
    writer = NoticeWriter(team.words, alerts, settings.mail_from, f"{settings.public_base_url}/desk")
    if settings.smtp_url:
        return SmtpMailer(SmtpServer.parse(settings.smtp_url), writer, mailboxes)
    return FileMailer(settings.var_dir / "mail", writer, mailboxes)


def _by_code(code: int) -> Delayed | Refused:
    """4xx is a delay, 5xx a refusal (RFC 5321, 4.2.1); anything stranger is worth another try."""
    kind = Refused if 500 <= code < 600 else Delayed
    return kind(f"the mail server answered {code}")
