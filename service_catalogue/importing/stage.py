"""Where the records of a feed wait, on disk, until all of it has been read: memory does not grow with the feed, every copy
of a record is known before one is chosen, and a feed that cannot be read changes nothing."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from service_catalogue.feeds.decode import decode
from service_catalogue.feeds.items import Item
from service_catalogue.feeds.merging import detail_over_list, fullest, said
from service_catalogue.feeds.naming import external_id
from service_catalogue.feeds.values import Json


@dataclass(frozen=True)
class Staged:
    """One service of the feed. `record` None: what came was no record, see `problem`. `items`: its copies, the fullest first.
    `from_list`: fields that only the list had."""

    external_id: str
    has_id: bool
    record: Json | None
    items: list[Item]
    problem: str = ""
    from_list: tuple[str, ...] = ()

    @property
    def detail_failed(self) -> bool:
        return all(item.detail_failed for item in self.items)


class Stage:
    """Use as a context manager; the file goes when it ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed by __exit__)
        self._places: dict[str, list[int]] = {}
        self.count = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def ids(self) -> list[str]:
        return list(self._places)

    def add(self, item: Item) -> None:
        self.count += 1
        self._places.setdefault(_key(item), []).append(self._file.tell())
        self._file.write(json.dumps(astuple(item)).encode() + b"\n")

    def __iter__(self) -> Iterator[Staged]:
        """Each service once, in the order in which they first came."""
        for key, places in self._places.items():
            yield _staged(key, [self._read(place) for place in places])

    def _read(self, place: int) -> Item:
        self._file.seek(place)
        return Item(*json.loads(self._file.readline()))


def _key(item: Item) -> str:
    if item.problem:
        return f"unreadable:{hashlib.sha256(item.text.encode('utf-8', 'replace')).hexdigest()[:32]}"
    return external_id(_record(item)[0])[0]


def _record(item: Item) -> tuple[Json, list[str]]:
    listed = decode(item.text)
    if not item.detail:
        return listed, []
    merged, from_list = detail_over_list(listed, decode(item.detail))
    merged["id"] = listed.get("id", merged.get("id"))  # the list's id is the one that comes again
    return merged, from_list


def _staged(key: str, items: list[Item]) -> Staged:
    if items[0].problem:
        return Staged(key, False, None, items, items[0].problem)
    read = sorted(((*_record(item), item) for item in items), key=lambda one: -said(one[0]))
    record = fullest([one[0] for one in read])
    return Staged(key, external_id(record)[1], record, [one[2] for one in read], from_list=tuple(read[0][1]))
