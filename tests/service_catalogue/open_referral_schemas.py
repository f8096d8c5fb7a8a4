"""The schemas that Open Referral UK publishes (tests/data/oruk-3.0), with every format really checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_FOLDER = Path(__file__).resolve().parents[1] / "data" / "oruk-3.0"
# jsonschema leaves out uri and date-time unless other packages are there, so all five formats in use are told here.
_FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "date-time": lambda text: datetime.fromisoformat(text) if "T" in text and text[-1] == "Z" else _no(text),
    "uri": lambda text: re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"\\^`{|}]+", text) or _no(text),
    "email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+", text) or _no(text),
}


def _no(text: str) -> None:
    raise ValueError(text)


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, check in _FORMATS.items():
        checker.checks(name, raises=ValueError)(
            lambda value, check=check: not isinstance(value, str) or bool(check(value) or True)
        )
    return checker


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=_checker(), registry=_registry())


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        [(path.name, DRAFT202012.create_resource(json.loads(path.read_text()))) for path in _FOLDER.glob("*.json")]
    )


@cache
def published(name: str) -> Draft202012Validator:
    """One of service, service_list, organization, organization_list, service_at_location, service_at_location_list,
    taxonomy, taxonomy_term."""
    return validator(json.loads((_FOLDER / f"{name}.json").read_text()))
