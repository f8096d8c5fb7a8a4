"""Settings from the environment. Every name here is listed in `.env.example` (a test compares them)."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from common.gateway_settings import read_networks, refuse_sample
from common.notify_settings import NAMES as NOTIFY_NAMES
from common.notify_settings import NotifySettings, read_notify
from common.webhook_settings import read_webhook_secrets

TWILIO_NAMES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
SMS_PROVIDERS = ("twilio", "notify")
T = TypeVar("T")


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
    sms_provider: str = "twilio"
    notify: NotifySettings = field(default_factory=NotifySettings)
    metrics_port: int | None = None
    trusted_proxies: tuple[str, ...] = ()
    lead_mailbox: str | None = None
    webhook_secrets: tuple[tuple[str, str], ...] = ()
    safeguarding_mailbox: str | None = None
    old_secret_keys: tuple[str, ...] = ()
    second_factor_required: bool = False
    bots: int = 1

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def twilio_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_tokens and self.twilio_number)

    @property
    def sms_configured(self) -> bool:
        """True when the chosen provider of text messages has all that it needs."""
        return self.notify.complete if self.sms_provider == "notify" else self.twilio_configured

    @property
    def rasa_ports(self) -> tuple[int, ...]:
        return tuple(range(self.rasa_port, self.rasa_port + self.bots))

    @property
    def bot_urls(self) -> tuple[str, ...]:
        return tuple(f"http://127.0.0.1:{port}" for port in self.rasa_ports)

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
    provider, notify = _provider(text, keywords, production)
    base = (text("PUBLIC_BASE_URL") or f"http://localhost:{port}").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise SettingsError(f"PUBLIC_BASE_URL must start with http:// or https://, not {base!r}")
    tokens = tuple(t.strip() for t in (text("TWILIO_AUTH_TOKEN") or "").split(",") if t.strip())
    made = Settings(
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
        sms_provider=provider,
        notify=notify,
        metrics_port=number("METRICS_PORT", 0) or None,
        trusted_proxies=_checked(read_networks, text("TRUSTED_PROXIES") or ""),
        lead_mailbox=text("LEAD_MAILBOX"),
        safeguarding_mailbox=text("SAFEGUARDING_MAILBOX"),
        webhook_secrets=_checked(read_webhook_secrets, text("WEBHOOK_SECRETS") or ""),
        old_secret_keys=_old_keys(text("OLD_SECRET_KEYS") or ""),
        second_factor_required=_second_factor(text("DESK_SECOND_FACTOR"), production),
        bots=_bots(text("BOTS") or "1"),
    )
    if taken := {made.port, made.actions_port}.intersection(made.rasa_ports):
        raise SettingsError(
            f"BOTS={made.bots} from RASA_PORT on needs port {min(taken)}, which PORT or ACTIONS_PORT has"
        )
    return made


def _provider(text: Callable[[str], str | None], keywords: str, production: bool) -> tuple[str, NotifySettings]:
    """The provider of text messages. Half a set of its settings stops production: every text would be lost quietly."""
    provider = text("SMS_PROVIDER") or "twilio"
    if provider not in SMS_PROVIDERS:
        raise SettingsError(f"SMS_PROVIDER must be {' or '.join(SMS_PROVIDERS)}, not {provider!r}")
    if provider == "notify" and keywords == "default":
        raise SettingsError("SMS_KEYWORDS=default is for Twilio only: Notify acts on no word, so leave it at advanced")
    try:
        notify = read_notify(text)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    names = NOTIFY_NAMES if provider == "notify" else TWILIO_NAMES
    missing = [name for name in names if not text(name)]
    wanted = provider != "twilio" or len(missing) < len(names)
    if production and wanted and missing:
        raise SettingsError(
            f"text messages by {provider} need {', '.join(missing)} as well; or set none of its settings"
        )
    return provider, notify


def _checked(check: Callable[[str], T], given: str) -> T:
    try:
        return check(given)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _second_factor(given: str | None, production: bool) -> bool:
    """Whether staff need one. Where nobody said so: in production yes."""
    if given not in (None, "required", "offered"):
        raise SettingsError(f"DESK_SECOND_FACTOR must be required or offered, not {given!r}")
    return given == "required" if given else production


def _bots(given: str) -> int:
    """How many bots serve: each takes a core of its own and about 400 MB."""
    if not given.isdigit() or not 1 <= int(given) <= 64:
        raise SettingsError(f"BOTS must be a number from 1 to 64, not {given!r}")
    return int(given)


def _old_keys(given: str) -> tuple[str, ...]:
    """Keys that are being replaced, the newest of them first; the one of an earlier development run may be among them."""
    keys = tuple(key.strip() for key in given.split(",") if key.strip())
    if any(len(key) < 32 for key in keys):
        raise SettingsError("OLD_SECRET_KEYS: each key must have at least 32 characters, with a comma between two")
    return keys


def _secret_key(given: str | None, production: bool, var_dir: Path) -> str:
    if given:
        if len(given) < 32:
            raise SettingsError("SECRET_KEY must have at least 32 characters")
        if production:
            _checked(refuse_sample, given)
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
