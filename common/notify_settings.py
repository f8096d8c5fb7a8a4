"""The settings of GOV.UK Notify, the other company that texts may go through."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY = re.compile(rf".+-({_UUID})-({_UUID})", re.IGNORECASE | re.DOTALL)
BASE_URL = "https://api.notifications.service.gov.uk"
NAMES = ("NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID", "NOTIFY_CALLBACK_TOKEN", "NOTIFY_NUMBER")


@dataclass(frozen=True)
class NotifySettings:
    """service and secret: the two parts of the API key `{name}-{service id}-{secret}` (Notify's documentation, "Headers").

    template: id of the template whose text is `((body))`. tokens: what callbacks must carry; two while one is replaced.
    number: our own number that residents text, in E.164 form or as people write it.
    """

    service: str = ""
    secret: str = ""
    template: str = ""
    tokens: tuple[str, ...] = ()
    number: str = ""
    base_url: str = BASE_URL

    @property
    def complete(self) -> bool:
        return bool(self.service and self.secret and self.template and self.tokens and self.number)


def read_notify(text: Callable[[str], str | None]) -> NotifySettings:
    """Read the NOTIFY_ settings; `text` gives one by name, None when it is not set.

    Raises ValueError with a sentence that says what to do for a key, template or address of the wrong form. It repeats no key.
    """
    key, template = text("NOTIFY_API_KEY"), text("NOTIFY_TEMPLATE_ID")
    parts = _KEY.fullmatch(key) if key else None
    if key and not parts:
        raise ValueError(
            "NOTIFY_API_KEY must be the whole key as Notify shows it: its name, the service id, the secret"
        )
    if template and not re.fullmatch(_UUID, template, re.IGNORECASE):
        raise ValueError("NOTIFY_TEMPLATE_ID must be the id of a template, as Notify's template page gives it")
    base = (text("NOTIFY_API_BASE_URL") or BASE_URL).rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise ValueError("NOTIFY_API_BASE_URL must start with http:// or https://")
    return NotifySettings(
        service=parts[1].lower() if parts else "",
        secret=parts[2].lower() if parts else "",
        template=(template or "").lower(),
        tokens=tuple(token.strip() for token in (text("NOTIFY_CALLBACK_TOKEN") or "").split(",") if token.strip()),
        number=text("NOTIFY_NUMBER") or "",
        base_url=base,
    )
