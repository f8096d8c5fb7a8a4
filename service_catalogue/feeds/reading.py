"""A feed in a file: envelope, bare array, lines of JSON or one record; packed or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from service_catalogue.feeds.bytes_in import as_text, file_chunks, unpacked
from service_catalogue.feeds.items import Envelope, Item, Reading, items_of
from service_catalogue.feeds.limits import FeedError, Limits
from service_catalogue.feeds.slices import Cutter

_SERVICE_KEYS = ("id", "name", "description", "organization", "organisation")


def read_file(path: Path, reading: Reading, limits: Limits) -> Iterator[Item]:
    """The records of a file. Fills in `reading`. Raises FeedError when there is nothing to read in it."""
    yield from read_body(file_chunks(path), reading, limits)


def read_body(chunks: Iterable[bytes], reading: Reading, limits: Limits) -> Iterator[Item]:
    """Like `read_file`, from bytes however they come."""
    cutter = Cutter(as_text(unpacked(chunks, limits)), limits)
    count = usable = 0
    worst = ""
    for piece in cutter:
        for item in items_of(piece, reading.url):
            count += 1
            if count > limits.records:
                raise FeedError(f"the feed has more than {limits.records} records")
            usable += not item.problem
            worst = worst or item.problem
            if not cutter.is_list and count == 1 and not _is_service(item):
                raise FeedError(
                    "the feed holds no list of services" if not item.problem else _words(item.problem, limits)
                )
            yield item
    if not usable:
        refuse(worst, limits)
    envelope = Envelope.of_texts(cutter.envelope)
    reading.stated_total = envelope.total
    reading.complete = reading.complete and cutter.is_list  # one record says nothing about the others
    if cutter.cut_off:
        reading.broken_off("feed_cut_off")
    if envelope.total is not None and envelope.total > count:
        reading.broken_off("fewer_than_stated", f"{count} of {envelope.total}")


def _is_service(item: Item) -> bool:
    return not item.problem and any(f'"{key}"' in item.text for key in _SERVICE_KEYS)


def refuse(problem: str, limits: Limits) -> None:
    """For a text in which no record was found. Raises FeedError when that is because of how the text is made."""
    if problem in ("too_deep", "cut_off"):
        raise FeedError(_words(problem, limits))


def _words(problem: str, limits: Limits) -> str:
    return {
        "too_deep": f"the feed is nested more than {limits.depth} levels deep",
        "cut_off": "the feed ends in the middle of its first record",
    }.get(problem, "the feed is not JSON")
