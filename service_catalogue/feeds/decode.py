"""JSON text of one value as Python values, whatever numbers, keys and characters it holds."""

from __future__ import annotations

import json
import math
from typing import Any

_LONGEST_NUMBER = 30


class Unreadable(ValueError):
    """The text is no JSON."""


def decode(text: str) -> Any:
    """The value of `text`. NaN and numbers beyond reason become None, the fuller of two equal keys wins, control
    characters are let pass. Raises Unreadable."""
    try:
        return json.loads(
            text,
            strict=False,
            parse_int=_whole,
            parse_float=_real,
            parse_constant=lambda _: None,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None


def _whole(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_NUMBER else None


def _real(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and value in (None, "", [], {}):
            continue
        found[key] = value
    return found
