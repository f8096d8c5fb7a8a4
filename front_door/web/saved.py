"""The conversation as a plain text file, for a resident to keep."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from front_door.web.markup import host
from front_door.web.transcript import Line

_WIDTH = 78
_FACTS = (
    ("open_text", "Open"),
    ("hours_text", "Hours"),
    ("cost_text", "Cost"),
    ("for_whom", "For"),
    ("address", "Address"),
    ("area_text", "Where"),
    ("phone", "Phone"),
    ("email", "Email"),
)


def as_text(title: str, lines: Sequence[Line]) -> str:
    """`title`, then each message with who said it, services with all that their cards show. No HTML, no telephone links."""
    blocks = [title, *(_message(line) for line in lines)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _message(line: Line) -> str:
    who = line.speaker or ("Assistant" if line.sender == "assistant" else "You")
    if not line.services:
        return f"{who}:\n{_wrapped(line.text)}"
    cards = [_service(number, service) for number, service in enumerate(line.services, 1)]
    return "\n\n".join(part for part in (f"{who}:\n{_wrapped(line.intro)}".rstrip(), *cards, line.outro) if part)


def _service(number: int, service: dict[str, Any]) -> str:
    name, by = str(service["name"]), str(service.get("organisation") or "")
    told = [f"{number}. {name}" + (f" ({by})" if by and by != name else "")]
    told += [str(service[key]) for key in ("summary",) if service.get(key)]
    told += [f"Why: {', '.join(map(str, service['reasons']))}"] if service.get("reasons") else []
    told += [" ".join(map(str, service["cautions"]))] if service.get("cautions") else []
    told += [f"{label}: {service[key]}" for key, label in _FACTS if service.get(key)]
    told += [f"Website: {service['url']}"] if service.get("url") and host(service["url"]) else []
    return textwrap.indent("\n".join(_wrapped(line) for line in told), "  ")


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()
    )
