"""HTML of unknown quality as plain text: paragraphs and list items on lines of their own, nothing that can act.

Tags are taken as a stream and none is kept, so a parser's tree is not needed. It would cost: on 33,000 `<div>` inside one
another nh3 (quadratic) takes minutes, and `html.parser` of Python 3.11.7 takes as long on a row of `</`.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from service_catalogue.feeds.values import lines, printable

MOST = 8_000
_MOST_READ = 200_000
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "br",
        "ul",
        "ol",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "table",
        "blockquote",
    )
)
_DROPPED = frozenset(("script", "style", "iframe", "object", "noscript", "template", "svg", "math", "head", "title"))
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z]+|#\d+|#x[0-9a-fA-F]+);")
# Addresses that a page could run or unpack, written out as text.
_ACTIVE = re.compile(r"(?:java|vb)script\s*:(?=\S)\S*|data\s*:\s*[a-z]+/[a-z0-9.+-]+[;,]\S*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)|<[!?][^<>]*(?:>|$|(?=<))", re.DOTALL)
# Possessive all through: on hostile text it fails at once instead of trying every way to match.
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]*+)(?:(?:"[^"<]*+"|'[^'<]*+'|[^<>"'])*+>|[^<>]*+(?:>|$|(?=<)))"""
)
_FOLDINGS = 3  # some publishers escape their HTML twice


def plain(value: Any) -> tuple[str, bool]:
    """The text of `value` (HTML or not), at most 8,000 characters, and whether some was cut off."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return "", False
    whole = str(value)
    source = printable(whole[:_MOST_READ])
    for _ in range(_FOLDINGS):
        if not _MARKUP.search(source):
            break
        source = _unfold(source)
    else:
        source = re.sub(r"[<>]", "", source) if re.search(r"<[a-zA-Z/!]", source) else source
    source = _ACTIVE.sub("", source)
    source = re.sub(r"^-\s*$", "", lines(source, len(source)), flags=re.MULTILINE)
    text = re.sub(r"\n{3,}", "\n\n", source).strip()
    if len(text) <= MOST:
        return text, len(whole) > _MOST_READ
    return text[:MOST].rsplit(None, 1)[0].rstrip(), True


def has_markup(value: Any) -> bool:
    return isinstance(value, str) and re.search(r"<[a-zA-Z/!]", value) is not None


def _unfold(source: str) -> str:
    if not re.search(r"<[a-zA-Z/!]", source):
        return unescape(source)
    # In HTML a line break of the source is only a space; in text that merely has a tag or two it is meant.
    if re.search(r"<(?:p|br|div|li|h\d)\b", source, re.IGNORECASE):
        source = source.replace("\n", " ")
    source = _COMMENT.sub(" ", source)
    parts: list[str] = []
    at, dropping = 0, ""  # the element whose content is left out
    for tag in _TAG.finditer(source):
        if not dropping:
            parts.append(source[at : tag.start()])
        at = tag.end()
        name = tag["name"].lower()
        if name in _DROPPED:
            if not tag["end"] and not dropping and not tag[0].endswith("/>"):
                dropping = name
            elif tag["end"] and name == dropping:
                dropping = ""
        elif not dropping:
            parts.append(_break(name, bool(tag["end"])))
    if not dropping:
        parts.append(source[at:])
    return unescape("".join(parts))


def _break(tag: str, end: bool) -> str:
    if tag == "li":
        return "" if end else "\n- "
    if end and tag in ("p", "ul", "ol", "table"):
        return "\n\n"
    return "\n" if tag in _BLOCKS else ""


def summary_of(text: str, most: int = 220) -> str:
    """The beginning of a description in one line: whole sentences where that leaves something, else whole words."""
    line = " ".join(part.removeprefix("- ") for part in text.split("\n") if part.strip())
    line = " ".join(line.split())
    if len(line) <= most:
        return line
    sentences = re.match(rf".{{40,{most}}}[.!?](?=\s)", line)
    if sentences:
        return sentences[0]
    return line[: most - 3].rsplit(None, 1)[0].rstrip(",;:- ") + "..."
