"""E-mail and web addresses as publishers write them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.values import printable, text

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_PLACEHOLDER_HOST = re.compile(r"(?:^|\.)(?:invalid|localhost|local)$", re.IGNORECASE)
_PLACEHOLDER_BOX = re.compile(
    r"^(?:(?:no-?reply|noemail|none|unknown|no|na)@|(?:e-?mail|name|someone|test|user|you|your\.?name)@example\.)",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,23}\.?")
_BROKEN_SCHEME = re.compile(r"^(https?)(?::/{0,3}|/{2,3}|;//|//:|\.//)\s*", re.IGNORECASE)
_DOUBLE_SCHEME = re.compile(r"^https?:/{1,2}(?=https?:?/{1,2})", re.IGNORECASE)


def is_placeholder_email(address: str) -> bool:
    host = address.rpartition("@")[2]
    return bool(_PLACEHOLDER_HOST.search(host) or _PLACEHOLDER_BOX.match(address))


def email(value: Any, path: str, findings: Findings) -> str:
    """The address without spaces and decoration; "" for placeholders ("via website", `...@noemail.invalid`)."""
    said = text(value, 400)
    if not said:
        return ""
    bare = re.sub(r"^mailto:", "", said, flags=re.IGNORECASE).split("?")[0].strip(" <>.,;:()[]\"'")
    found = _EMAIL.fullmatch(bare.replace(" ", "")) or _EMAIL.search(bare)
    if not found:
        findings.add("bad_email", path, "" if "@" in said else said)
        return ""
    if is_placeholder_email(found[0]):
        findings.add("placeholder_email", path)
        return ""
    return found[0][:320]


def url(value: Any, path: str, findings: Findings) -> str:
    """A web address with its scheme mended; "" for anything that is none (`javascript:`, `data:`, words)."""
    said = text(value, 2_000)
    if not said:
        return ""
    mended = _mend(printable(said).strip(" <>\"'"))
    try:
        parts = urlsplit(mended)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or parts.username or len(mended) > 500:
        findings.add(
            "bad_url", path, said.split(":")[0] if re.match(r"(?:data|javascript|vbscript)\s*:", said, re.I) else said
        )
        return ""
    del port
    if mended != said:
        findings.add("url_mended", path)
    return mended


def _mend(said: str) -> str:
    said = _DOUBLE_SCHEME.sub("", said)
    said = said.split()[0] if said.split() else ""
    broken = _BROKEN_SCHEME.match(said)
    if broken:
        return f"{broken[1].lower()}://{said[broken.end() :]}"
    if re.match(r"[a-z][a-z0-9+.-]*:", said, re.IGNORECASE) and not re.match(r"[^/:]+\.[^/:]+:\d+(?:/|$)", said):
        return said
    return f"https://{said.lstrip('/')}" if "." in said else said
