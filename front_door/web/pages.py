"""Turns what is known into pages. All text is escaped by the templates."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from front_door.timing import Limits, Timing
from front_door.web.markup import host, said, tel
from front_door.web.progress import progress_in
from front_door.web.saved import as_text
from front_door.web.transcript import Line, Transcript
from front_door.words import Trouble, Words

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"


class Pages:
    """Renders the templates with the words of front_door.yml."""

    def __init__(self, words: Words, limits: Limits, timing: Timing | None = None, by_text: bool = False) -> None:
        self._words = words
        self._limits = limits
        self._timing = timing or Timing()
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(said=said, tel=tel, host=host)
        self._templates.globals.update(words=words, static=_versioned, by_text=by_text)
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
            person=self.person(transcript),
            progress=self.progress(transcript) if transcript.lines else self._words.progress.first,
            idle=int(self._timing.session_idle.total_seconds()),
            warn=int((self._timing.session_idle - self._timing.session_warning).total_seconds()),
        )

    def person(self, transcript: Transcript) -> str:
        """Whether the page asks for news by itself: "joined" or "asked" for it does so often, "may" now and then, because staff may join
        this chat; "" only while a reply is due."""
        return transcript.person or ("may" if transcript.conversation and self._words.live.confirmed else "")

    def progress(self, transcript: Transcript) -> str | None:
        """How far the conversation has come, see `progress_in`."""
        return progress_in(transcript.lines, self._words.progress)

    def lines(self, transcript: Transcript) -> str:
        """Only the messages, for the script to add to its log; the last one says how many choices come with it, because
        the choices stand outside the log and nobody would be told of them."""
        count = len(transcript.choices)
        return self._render("_lines.html", lines=transcript.lines, latest=None, choice_count=count)

    def choices(self, transcript: Transcript, form_token: str, page_id: str) -> str:
        """Only the choices of the open question, for the script."""
        return self._render("_choices.html", transcript=transcript, form_token=form_token, page_id=page_id)

    def printed(self, transcript: Transcript) -> str:
        return self._render("print.html", lines=self._welcome + transcript.lines, latest=None)

    def saved(self, transcript: Transcript) -> str:
        """The conversation and the services shown, as plain text."""
        return as_text(self._words.service_name, self._welcome + transcript.lines)

    def start_again(self, form_token: str) -> str:
        return self._render("start_again.html", form_token=form_token)

    def move(self, form_token: str, notice: str = "") -> str:
        """The box for a one-time code from a text."""
        return self._render("move.html", form_token=form_token, notice=notice)

    def move_to_text(self, form_token: str, number: str, code: str = "", may: bool = True) -> str:
        """How to go on by text: first what that means, then the code and our number. may: there is a chat to go on with."""
        return self._render("move_to_text.html", form_token=form_token, number=number, code=code, may=may)

    def about_referral(self, name: str, **context: Any) -> str:
        """One of the pages about a referral that was sent (`front_door.resident`)."""
        return self._render(name, **context)

    def trouble(self, trouble: Trouble, crisis: str = "", kept_text: str = "") -> str:
        """An error page: what happened, what to do, and how to reach help."""
        return self._render("trouble.html", trouble=trouble, crisis=crisis, kept_text=kept_text)

    def welcome_json(self) -> list[dict[str, Any]]:
        return [line.as_json() for line in self._welcome]

    def _render(self, name: str, **context: Any) -> str:
        return self._templates.get_template(name).render(
            {"page_title": self._words.page_title, "form_token": "", "choice_count": 0, **context}
        )


def page(html: str, status: int = 200) -> web.Response:
    """An HTML answer; the headers that every page has are added by the middleware."""
    return web.Response(text=html, status=status, content_type="text/html")


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
