"""Several copies of one service made into one: the detail over the list, the fuller copy over the thinner."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from service_catalogue.feeds.values import Json


def detail_over_list(listed: Json, detail: Json) -> tuple[Json, list[str]]:
    """The detail, with what only the list says; and the names of the fields that came from the list."""
    from_list = sorted(key for key, value in listed.items() if says(value) and not says(detail.get(key)))
    return {**detail, **{key: listed[key] for key in from_list}}, from_list


def fullest(copies: Sequence[Json]) -> Json:
    """One record of several with the same id. The fullest one counts, the others fill its gaps; their order does not matter."""
    ranked = sorted(copies, key=lambda copy: (-said(copy), _reversed_text(copy)))
    merged: Json = {}
    for copy in ranked:
        merged = detail_over_list(copy, merged)[0] if merged else dict(copy)
    return merged


def says(value: Any) -> bool:
    return value not in (None, "", [], {})


def said(value: Any) -> int:
    """How many values there are in a record, nested ones too."""
    if isinstance(value, dict):
        return sum(said(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(said(inner) for inner in value)
    return 1 if says(value) else 0


def _reversed_text(copy: Json) -> tuple[str, str]:
    """Among equally full copies the newest comes first, else any fixed order."""
    newest = str(copy.get("last_modified") or copy.get("updated_at") or "")
    return "".join(chr(0x10FFFF - ord(letter)) for letter in newest[:40]), json.dumps(
        copy, sort_keys=True, ensure_ascii=True
    )
