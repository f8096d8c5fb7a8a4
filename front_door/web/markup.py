"""What people and records say, as safe HTML: everything is escaped; only telephone numbers in our own replies become links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_NUMBERS = re.compile(
    r"(?<![\d£.,-])(0[1-9]\d{1,4}(?: ?\d{2,4}){2,3}|116 ?123|116 ?111)(?![\d])"
    r"|(?<=[Cc]all )(999|111|101|105)(?!\d)|(?<=[Rr]ing )(999|111|101|105)(?!\d)|(?<=[Pp]hone )(999|111|101|105)(?!\d)"
)
_ABROAD = re.compile(r"(?<!\d)(999)(?!\d)")


def said(text: str, linked: bool = False, language: str = "") -> Markup:
    """Escaped text with its line breaks; `linked` (our own replies only) makes telephone numbers links. In a reply in
    another language no English word tells 999 from an amount; there it is always the emergency number."""
    numbers = _ABROAD if language else _NUMBERS
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [_linked(line, numbers) if linked else escape(line) for line in block.split("\n")]
        paragraphs.append(Markup("<p>{}</p>").format(Markup("<br>").join(lines)))
    return Markup("").join(paragraphs)


def _linked(line: str, numbers: re.Pattern[str]) -> Markup:
    out, at = Markup(""), 0
    for match in numbers.finditer(line):
        number = next(group for group in match.groups() if group)
        out += escape(line[at : match.start()])
        out += Markup('<a href="tel:{}">{}</a>').format(tel(number), number)
        at = match.end()
    return out + escape(line[at:])


def tel(number: str) -> str:
    """A number as a telephone link takes it: digits and a leading plus."""
    return re.sub(r"[^\d+]", "", str(number))


def host(url: str) -> str:
    """The site's name in an http(s) address, or "" for anything else: such a link is not shown."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return ""
    return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
