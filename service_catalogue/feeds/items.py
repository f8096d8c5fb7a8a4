"""One record as it was met in a feed, and what a reading of a feed has to say about itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from service_catalogue.feeds.decode import Unreadable, decode
from service_catalogue.feeds.slices import LIST_KEYS, Slice
from service_catalogue.feeds.values import Json, number


@dataclass(frozen=True)
class Item:
    """`text`: the record as published; `detail`: the same service from its own address, when it was asked for.
    `problem`: why `text` is no record ("" when it is one). `detail_failed`: asked for and not got."""

    text: str
    url: str
    detail: str = ""
    problem: str = ""
    detail_failed: bool = False


@dataclass(frozen=True)
class Note:
    """Something about the feed as a whole: a code of feed_issues and a few words."""

    code: str
    excerpt: str = ""


@dataclass
class Reading:
    """What was found out on the way. `complete`: every record that the feed says it has was read."""

    url: str
    complete: bool = True
    stated_total: int | None = None
    notes: list[Note] = field(default_factory=list)

    def broken_off(self, code: str, excerpt: str = "") -> None:
        self.complete = False
        self.notes.append(Note(code, excerpt[:200]))


def items_of(piece: Slice, url: str) -> Iterator[Item]:
    """Usually one. An object that only wraps records (a page among pages, one bare record) gives what it wraps."""
    if piece.problem:
        yield Item(piece.text, url, problem=piece.problem)
        return
    try:
        value = decode(piece.text)
    except Unreadable:
        yield Item(piece.text, url, problem="unreadable")
        return
    if not isinstance(value, dict):
        yield Item(piece.text, url, problem="not_an_object")
        return
    wrapped = wrapped_records(value)
    if wrapped is None:
        yield Item(piece.text, url)
        return
    for record in wrapped:
        problem = "" if isinstance(record, dict) else "not_an_object"
        yield Item(json.dumps(record, ensure_ascii=True), url, problem=problem)


def wrapped_records(value: Json) -> list[Any] | None:
    """The records in an envelope, or None when `value` is a record itself."""
    if "id" in value or "name" in value:
        return None
    for key in (*LIST_KEYS, "service"):
        inner = value.get(key)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict) and ("id" in inner or "name" in inner):
            return [inner]
    return None


@dataclass(frozen=True)
class Envelope:
    """What an envelope says, in either family's words. None where it says nothing."""

    total: int | None
    pages: int | None
    number: int | None
    first: bool | None
    last: bool | None

    @staticmethod
    def of(fields: Json) -> Envelope:
        def whole(*names: str) -> int | None:
            for name in names:
                found = number(fields.get(name))
                if found is not None and found >= 0:
                    return int(found)
            return None

        def flag(*names: str) -> bool | None:
            return next((fields[name] for name in names if isinstance(fields.get(name), bool)), None)

        return Envelope(
            whole("total_items", "totalElements", "total"),
            whole("total_pages", "totalPages"),
            whole("page_number", "number"),
            flag("first_page", "first"),
            flag("last_page", "last"),
        )

    @staticmethod
    def of_texts(texts: dict[str, str]) -> Envelope:
        fields: Json = {}
        for key, text in texts.items():
            try:
                fields[key] = decode(text)
            except Unreadable:
                continue
        return Envelope.of(fields)
