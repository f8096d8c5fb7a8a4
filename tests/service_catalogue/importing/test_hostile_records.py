"""Records of every dialect, broken in every way that can be thought of: never a crash, never a record that is lost."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.database import Database
from service_catalogue.feeds.bytes_in import as_text
from service_catalogue.feeds.decode import Unreadable, decode
from service_catalogue.feeds.items import Reading
from service_catalogue.feeds.limits import FeedError, Limits
from service_catalogue.feeds.normalise import Normaliser
from service_catalogue.feeds.reading import read_body
from service_catalogue.feeds.slices import Cutter
from service_catalogue.importing.rows import hash_of
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.importing.synthetic import envelope_v3, outpost, placecube, v1, v3

NORMALISER = Normaliser.load(ROOT / "data" / "leicestershire", date(2026, 11, 25))
RECORDS = [v3(), v1(), outpost(), placecube()]

hostile = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40),
    st.sampled_from(["", "N/A", "-1", -1, 10**400, 1e308, float("nan"), float("-inf"), "\ud800", "\x00", "javascript:alert(1)", "<" * 99, "25:61", "2026-13-45",
                     "MO,XX,9TU", "http://", "http://[", "a@b", "🙂" * 400, [], {}, [[]], [None], {"id": None}, {"$oid": 7}, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"]),
    st.recursive(st.one_of(st.none(), st.integers(), st.text(max_size=8)), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8),
)  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a record that can be broken."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        found += spots(below, (*path, key))
    return found


@st.composite
def broken(draw: st.DrawFn) -> Any:
    record = json.loads(json.dumps(draw(st.sampled_from(RECORDS))))
    for _ in range(draw(st.integers(1, 4))):
        where = spots(record)
        if not where:
            break
        *way, last = draw(st.sampled_from(where))
        holder = record
        for key in way:
            holder = holder[key]
        how = draw(st.sampled_from(("drop", "replace", "wrap", "unwrap", "repeat")))
        if how == "drop" and isinstance(holder, dict):
            del holder[last]
        elif how == "wrap":
            holder[last] = [[holder[last]]]
        elif how == "unwrap" and isinstance(holder[last], list) and holder[last]:
            holder[last] = holder[last][0]
        elif how == "repeat":
            holder[last] = [holder[last]] * 3
        else:
            holder[last] = draw(hostile)
    return record


LINKS = ("url", "uri", "website", "email", "link", "logo")


def links(node: Any, name: str = "") -> Iterator[Any]:
    """Every value of a field of which pages make a link."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from links(value, key)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from links(value, name)
    elif name.rpartition("_")[2] in LINKS:
        yield node


@given(broken())
@settings(max_examples=400, deadline=None)
def test_no_broken_record_crashes_the_normaliser_and_each_gives_storable_facts(record: Any) -> None:
    facts = NORMALISER.facts(record)
    assert len(hash_of(facts)) == 64
    stored = json.dumps([facts.values, facts.children, facts.organization], default=str, ensure_ascii=False)
    stored.encode()  # no lone surrogates
    assert "\\u0000" not in stored and "NaN" not in stored and "Infinity" not in stored
    # It may stand as plain words where a publisher wrote plain words, never where a link is made of it.
    linked = [*links(facts.values), *links(facts.children), *links(facts.organization)]
    assert linked and "javascript:alert" not in str(linked).casefold()
    low, high = facts.values["minimum_age"], facts.values["maximum_age"]
    assert low is None or high is None or low <= high


@given(
    st.lists(broken(), min_size=1, max_size=4), st.integers(0, 6000), st.sampled_from(("array", "envelope", "lines"))
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_feed_of_broken_records_cut_off_anywhere_is_taken_in_or_refused(
    take_in: Callable[..., Any], db: Database, records: list[Any], cut: int, form: str
) -> None:
    text = {
        "array": json.dumps(records),
        "envelope": json.dumps(envelope_v3(records)),
        "lines": "\n".join(map(json.dumps, records)),
    }[form]
    report = take_in(text[: max(cut, 1)].encode())
    assert report.issues_by_code["failed"] == 0
    if cut >= len(text):
        assert report.error == ""
        assert report.records == len(records)
        again = take_in(text.encode())
        assert (again.new, again.changed) == (0, 0)


@given(st.binary(max_size=300) | st.text(alphabet='[]{}",:\\ \nn1a', max_size=300).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for item in read_body([data], Reading("x"), Limits()):
            assert isinstance(item.text, str)
    except FeedError as error:
        assert str(error)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    ),
    st.integers(1, 50),
)
@settings(max_examples=200, deadline=None)
def test_cutting_gives_each_element_of_an_array_back_however_the_text_comes(value: Any, size: int) -> None:
    text = json.dumps([value, {"id": 1}, value], ensure_ascii=False)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert [json.loads(piece.text) for piece in Cutter(pieces, Limits())] == [value, {"id": 1}, value]


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_json_is_decoded_or_said_to_be_unreadable(text: str) -> None:
    with contextlib.suppress(Unreadable):
        decode(text)
    assert "".join(as_text([text.encode("utf-8", "surrogatepass")])) is not None
