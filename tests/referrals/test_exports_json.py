"""The JSON keeps to its schema, and the schema says what everything means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from referrals.exports.json_file import SCHEMA, SCHEMA_VERSION, as_json
from tests.referrals.export_support import KINDS, WORDS, record_of

VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_to_the_schema(kind: str):
    """For every kind of referral; nothing is null, no text is empty."""
    content = json.loads(as_json(record_of(**KINDS[kind]), WORDS))
    assert not list(VALIDATOR.iter_errors(content))
    assert content["schema_version"] == SCHEMA_VERSION
    assert not [path for path, value in walk(content) if value is None or value == ""]


def test_the_schema_refuses_what_is_wrong():
    """A schema that takes anything proves nothing."""
    content = json.loads(as_json(record_of(), WORDS))
    for change in (
        {"received_at": "2026-11-21T10:30:00"},
        {"priority": "soon"},
        {"needs": None},
        {"schema_version": "2.0"},
    ):
        assert list(VALIDATOR.iter_errors({**content, **change})), change
    assert list(VALIDATOR.iter_errors({key: value for key, value in content.items() if key != "risk"}))


def test_the_schema_knows_and_explains_every_field():
    """A field without a place in the schema fails here, and so does one without a description."""
    schema = VALIDATOR.schema
    Draft202012Validator.check_schema(schema)

    def check(part: dict[str, Any], value: Any, where: str) -> None:
        assert part.get("description") or where == "$", where
        if isinstance(value, dict):
            for key, one in value.items():
                assert key in part["properties"], f"{where}.{key}"
                check(part["properties"][key], one, f"{where}.{key}")
        for one in value if isinstance(value, list) else ():
            check(part["items"], one, f"{where}[]")

    for changes in KINDS.values():
        check(schema, json.loads(as_json(record_of(**changes), WORDS)), "$")


def test_hidden_contact_details_are_absent():
    """A reader sees that they were left out, not that there are none."""
    contact = json.loads(as_json(record_of(contact_hidden=True), WORDS))["contact"]
    assert contact["hidden"] is True and "value" not in contact


def walk(value: Any, path: str = "$") -> list[tuple[str, Any]]:
    """Every value with its path."""
    if isinstance(value, dict):
        return [pair for key, one in value.items() for pair in walk(one, f"{path}.{key}")]
    if isinstance(value, list):
        return [pair for one in value for pair in walk(one, f"{path}[]")]
    return [(path, value)]
