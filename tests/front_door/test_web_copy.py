"""What residents read on the web pages, as it is: the words of every page, and the colours of the theme."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from front_door.timing import Limits
from front_door.web.pages import STATIC, Pages
from front_door.web.transcript import Line, Transcript
from tests.fakes.rasa import SERVICES
from tests.front_door.support import words

THEME = (STATIC / "theme.css").read_text()
_SPOKEN = ("aria-label", "data-writing", "data-still", "data-offline", "data-failed")


class _Blocks(HTMLParser):
    """The words of each block of a page, and the words that only scripts or screen readers say."""

    _INLINE = frozenset({"a", "span", "b", "strong", "br", "button"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._INLINE:
            self.blocks.append("")
        self.blocks[:0] = [value for name, value in attrs if name in _SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        self.blocks[-1] += data


def _pages() -> dict[str, str]:
    pages = Pages(words(), Limits())
    owed = Transcript(
        "c",
        [Line(1, "resident", "hello"), Line(2, "assistant", "Here", kind="services", services=tuple(SERVICES))],
        ({"label": "Yes", "value": "needs_right=yes"},),
        last=2,
        owed=True,
        left=60.0,
        left_out=True,
    )
    return {
        "landing": pages.landing(),
        "chat": pages.chat(Transcript(), "t", "p", notice=words().empty),
        "owed": pages.chat(owed, "t", "p", notice=words().too_long, crisis=words().danger, kept_text="hello"),
        "print": pages.printed(owed),
        "start again": pages.start_again("t"),
        **{name: pages.trouble(trouble, kept_text="hello") for name, trouble in words().trouble.items()},
    }


@pytest.mark.parametrize("name", _pages())
def test_w15_sentences_on_every_page_are_short_and_ask_one_thing(name: str) -> None:
    """At most 25 words a sentence, one question a block; no capitals for shouting, no words for other programs."""
    for block in _Blocks(_pages()[name]).blocks:
        text = " ".join(block.split())
        assert text.count("?") <= 1, text
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(sentence.split()) <= 25, sentence
        assert not re.search(r"\b(YES|NO|STOP|HELP|click here|submit|session|error|invalid)\b", text), text


def test_w15_there_is_no_crown_and_no_font_of_the_government_digital_service() -> None:
    """A service that is not on GOV.UK uses the patterns without the crown and without GDS Transport."""
    files = [*STATIC.iterdir(), *(Path(STATIC).parent / "templates").iterdir()]
    everything = "\n".join(file.read_text() for file in files if file.is_file()).lower()
    for foreign in ("gds", "crown", "@font-face", "url(http", "//fonts", "nta"):
        assert not re.search(rf"\b{re.escape(foreign)}", everything), foreign


def _colours(dark: bool) -> dict[str, str]:
    light, _, night = THEME.partition("@media (prefers-color-scheme: dark)")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", night if dark else light))


def _contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two #rrggbb colours."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on-brand", "brand"),
        ("paper", "brand-strong"),
        ("ink", "page"),
        ("ink", "paper"),
        ("ink", "resident"),
        ("ink", "danger-paper"),
        ("ink", "good-paper"),
        ("ink", "chip"),
        ("ink-soft", "page"),
        ("ink-soft", "paper"),
        ("link", "paper"),
        ("link", "chip"),
        ("link", "danger-paper"),
        ("danger", "paper"),
        ("good", "paper"),
        ("on-exit", "exit"),
        ("on-focus", "focus"),
    ],
)
def test_w6_the_themes_colours_can_be_read(text: str, ground: str, dark: bool) -> None:
    """4.5 to 1 for every pair that the pages use, in light and dark: what a council must keep when it brands the file."""
    colours = _colours(dark)
    assert _contrast(colours[text], colours[ground]) >= 4.5
