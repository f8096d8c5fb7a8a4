"""Turns what is known into pages. All text is escaped by the templates; nothing here builds HTML from what people wrote,
except telephone links around numbers in our own replies (escaped first).
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from front_door.timing import Limits
from front_door.web.transcript import Line, Transcript
from front_door.words import Trouble, Words

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"
_NUMBERS = re.compile(
    r"(?<![\d£.,-])(0[1-9]\d{1,4}(?: ?\d{2,4}){2,3}|116 ?123|116 ?111)(?![\d])"
    r"|(?<=[Cc]all )(999|111|101|105)(?!\d)|(?<=[Rr]ing )(999|111|101|105)(?!\d)|(?<=[Pp]hone )(999|111|101|105)(?!\d)"
)
_ABROAD = re.compile(r"(?<!\d)(999)(?!\d)")


class Pages:
    """Renders the templates with the words of front_door.yml."""

    def __init__(self, words: Words, limits: Limits) -> None:
        self._words = words
        self._limits = limits
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(said=said, tel=tel, host=host)
        self._templates.globals.update(words=words, static=_versioned)
        self._welcome = [
            Line(0, "assistant", "\n\n".join(words.welcome), kind="welcome"),
        ]

    def landing(self) -> str:
        return self._render("landing.html", page_title=self._words.service_name)

    def chat(
        self,
        transcript: Transcript,
        form_token: str,
        page_id: str,
        *,
        notice: str = "",
        crisis: str = "",
        kept_text: str = "",
    ) -> str:
        """The chat. notice: something to put right, shown at the box; crisis: words shown above it; kept_text: what could
        not be sent, back in the box.
        """
        lines = transcript.lines if transcript.left_out else self._welcome + transcript.lines
        return self._render(
            "chat.html",
            transcript=transcript,
            lines=lines,
            latest=_latest(lines),
            form_token=form_token,
            page_id=page_id,
            notice=notice,
            crisis=crisis,
            kept_text=kept_text,
            limit=self._limits.text_characters,
        )

    def lines(self, lines: list[Line]) -> str:
        """Only the messages, for the script to add to its log."""
        return self._render("_lines.html", lines=lines, latest=None)

    def choices(self, transcript: Transcript, form_token: str, page_id: str) -> str:
        """Only the choices of the open question, for the script."""
        return self._render("_choices.html", transcript=transcript, form_token=form_token, page_id=page_id)

    def printed(self, transcript: Transcript) -> str:
        return self._render("print.html", lines=self._welcome + transcript.lines, latest=None)

    def start_again(self, form_token: str) -> str:
        return self._render("start_again.html", form_token=form_token)

    def trouble(self, trouble: Trouble, crisis: str = "", kept_text: str = "") -> str:
        """An error page: what happened, what to do, and how to reach help."""
        return self._render("trouble.html", trouble=trouble, crisis=crisis, kept_text=kept_text)

    def welcome_json(self) -> list[dict[str, Any]]:
        return [line.as_json() for line in self._welcome]

    def _render(self, name: str, **context: Any) -> str:
        return self._templates.get_template(name).render({"page_title": self._words.page_title, **context})


def page(html: str, status: int = 200) -> web.Response:
    """An HTML answer; the headers that every page has are added by the middleware."""
    return web.Response(text=html, status=status, content_type="text/html")


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


def _latest(lines: list[Line]) -> int:
    """The line to jump to after sending: the first reply after the resident's newest words."""
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].sender == "resident":
            return lines[min(index + 1, len(lines) - 1)].seq
    return lines[-1].seq if lines else 0


_versions: dict[str, str] = {}


def _versioned(name: str) -> str:
    """The address of a static file, which changes with its content."""
    if name not in _versions:
        _versions[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={_versions[name]}"
