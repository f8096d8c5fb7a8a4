"""Settings from the environment. Every name here is listed in `.env.example` (a test compares them)."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or wrong; the message says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """All settings of one process; see `.env.example` for what each one means."""

    environment: str
    host: str
    port: int
    rasa_port: int
    actions_port: int
    database_url: str
    data_dir: Path
    var_dir: Path
    public_base_url: str
    secret_key: str
    clock: str | None
    smtp_url: str | None
    mail_from: str
    team_mailbox: str | None
    twilio_account_sid: str | None
    twilio_auth_tokens: tuple[str, ...]
    twilio_number: str | None
    twilio_api_base_url: str
    allow_test_numbers: bool
    sms_keywords: str

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def sms_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_tokens and self.twilio_number)

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read settings from `env` (default `os.environ`).

    Raises SettingsError for a bad number, an unknown choice, a CLOCK in production, or a missing SECRET_KEY in
    production. In development a missing SECRET_KEY is made once and kept under VAR_DIR.
    """
    env = os.environ if env is None else env

    def text(name: str, default: str | None = None) -> str | None:
        return env.get(name, "").strip() or default

    def number(name: str, default: int) -> int:
        raw = text(name)
        if raw is None:
            return default
        if not raw.isdigit() or not 0 < int(raw) < 65536:
            raise SettingsError(f"{name} must be a port number from 1 to 65535, not {raw!r}")
        return int(raw)

    environment = text("ENVIRONMENT", "development") or "development"
    if environment not in ("development", "production"):
        raise SettingsError(f"ENVIRONMENT must be development or production, not {environment!r}")
    production = environment == "production"
    clock = text("CLOCK")
    if production and clock:
        raise SettingsError("CLOCK is for development and tests; production refuses to start with it")
    var_dir = Path(text("VAR_DIR", "var") or "var").resolve()
    port = number("PORT", 8080)
    keywords = text("SMS_KEYWORDS", "advanced") or "advanced"
    if keywords not in ("advanced", "default"):
        raise SettingsError(f"SMS_KEYWORDS must be advanced or default, not {keywords!r}")
    base = (text("PUBLIC_BASE_URL") or f"http://localhost:{port}").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise SettingsError(f"PUBLIC_BASE_URL must start with http:// or https://, not {base!r}")
    tokens = tuple(t.strip() for t in (text("TWILIO_AUTH_TOKEN") or "").split(",") if t.strip())
    return Settings(
        environment=environment,
        host=text("HOST", "127.0.0.1") or "",
        port=port,
        rasa_port=number("RASA_PORT", 5005),
        actions_port=number("ACTIONS_PORT", 5055),
        database_url=text("DATABASE_URL") or f"sqlite:///{var_dir / 'assistant.db'}",
        data_dir=Path(text("DATA_DIR", "data/leicestershire") or "").resolve(),
        var_dir=var_dir,
        public_base_url=base,
        secret_key=_secret_key(text("SECRET_KEY"), production, var_dir),
        clock=clock,
        smtp_url=text("SMTP_URL"),
        mail_from=text("MAIL_FROM", "no-reply@localhost") or "",
        team_mailbox=text("TEAM_MAILBOX"),
        twilio_account_sid=text("TWILIO_ACCOUNT_SID"),
        twilio_auth_tokens=tokens,
        twilio_number=text("TWILIO_NUMBER"),
        twilio_api_base_url=(text("TWILIO_API_BASE_URL", "https://api.twilio.com") or "").rstrip("/"),
        allow_test_numbers=(text("ALLOW_TEST_NUMBERS", "0" if production else "1") or "").lower()
        in ("1", "true", "yes", "on"),
        sms_keywords=keywords,
    )


def _secret_key(given: str | None, production: bool, var_dir: Path) -> str:
    if given:
        if len(given) < 32:
            raise SettingsError("SECRET_KEY must have at least 32 characters")
        return given
    if production:
        raise SettingsError(
            "SECRET_KEY is needed in production: set it to at least 32 random characters and keep it safe"
        )
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        # Written beside its place and linked into it: no other process ever reads half a key.
        draft = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process of the same start was first
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
