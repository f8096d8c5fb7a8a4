"""The labels that publishers give a service, and what they mean in our need codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from service_catalogue.feeds.values import Json, as_list, first_of, key_of, objects, text, whole_id

Row = dict[str, Any]
OURS = "Leicestershire needs"  # the taxonomy under which our own catalogue publishes need codes
_MOST, _MOST_NEEDS = 60, 5
_NAME_WEIGHT, _TEXT_WEIGHT = 0.7, 0.5
_LABEL_WEIGHT, _PARENT_WEIGHT, _ADDRESS_WEIGHT = 0.9, 0.8, 1.0
_READ_OF_TEXT = 1_000


def terms_of(record: Json) -> list[Row]:
    """Every label of a record, untouched but for spaces, each once."""
    rows: dict[tuple[str, str], Row] = {}
    for term, taxonomy in _found(record):
        if isinstance(term, dict):
            detail = next(objects(term.get("taxonomy_detail")), {})
            vocabulary = term.get("taxonomy") if isinstance(term.get("taxonomy"), str) else term.get("vocabulary")
            row = {
                "name": text(first_of(term, "name", "audienceType", "label", "term"), 300),
                "taxonomy": text(vocabulary, 200) or text(detail.get("name"), 200) or taxonomy,
                "code": text(first_of(term, "code", "term", "slug"), 200) or whole_id(term.get("id")),
                "uri": text(first_of(term, "term_uri", "uri"), 500),
            }
        else:
            row = {"name": text(term, 300), "taxonomy": taxonomy, "code": "", "uri": ""}
        if row["name"]:
            rows.setdefault((row["name"], row["taxonomy"]), row)
    return list(rows.values())[:_MOST]


def _found(record: Json) -> Iterator[tuple[Any, str]]:
    for link in (*objects(record.get("service_taxonomys")), *objects(record.get("link_taxonomies"))):
        yield from ((one, "") for one in as_list(first_of(link, "taxonomy", "taxonomy_term")))
    for attribute in objects(record.get("attributes")):
        for one in as_list(first_of(attribute, "taxonomy_term")):
            yield one, text(attribute.get("link_type"), 200)
    for key, taxonomy in (
        ("pc_targetAudience", "target audience"),
        ("taxonomies", "topic"),
        ("taxonomy_terms", ""),
        ("suitabilities", "suitability"),
        ("send_needs", "SEND need"),
    ):
        yield from ((one, taxonomy) for one in as_list(record.get(key)))
    for row in objects(record.get("eligibilitys")):
        yield from ((one, "eligibility") for one in as_list(row.get("taxonomys")))


@dataclass(frozen=True)
class Crosswalk:
    """What feed_terms.yml says. `known`: our need codes."""

    labels: Mapping[str, tuple[str, ...]]
    addresses: Mapping[str, tuple[str, ...]]
    words: Sequence[tuple[re.Pattern[str], tuple[str, ...]]]
    areas: Mapping[str, str]
    sentences: Mapping[str, str]
    unknown_provider: str
    number_left_out: str
    address_left_out: str
    known: frozenset[str]

    @staticmethod
    def load(data_dir: Path, known: frozenset[str]) -> Crosswalk:
        """Raises LocalDataError naming the file and the entry."""
        path = data_dir / "feed_terms.yml"
        content = read_yaml(path)

        def codes(section: str) -> dict[str, tuple[str, ...]]:
            entries = content.get(section) or {}
            if not isinstance(entries, dict):
                raise LocalDataError(f"{path}: {section}: expected names with lists of need codes")
            for name, listed in entries.items():
                strange = set(listed) - known if isinstance(listed, list) else {str(listed)}
                if strange:
                    raise LocalDataError(f"{path}: {section}.{name}: unknown need codes {', '.join(sorted(strange))}")
            return {str(name): tuple(listed) for name, listed in entries.items()}

        def patterns() -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
            for pattern, listed in codes("words").items():
                try:
                    yield re.compile(pattern, re.IGNORECASE), listed
                except re.error as error:
                    raise LocalDataError(f"{path}: words.{pattern}: {error}") from None

        try:
            return Crosswalk(
                labels={key_of(name): listed for name, listed in codes("labels").items()},
                addresses={name.casefold(): listed for name, listed in codes("addresses").items()},
                words=tuple(patterns()),
                areas={key_of(str(other)): str(name) for name, others in content["areas"].items() for other in others},
                sentences={str(key): str(value) for key, value in content["sentences"].items()},
                unknown_provider=str(content["unknown_provider"]),
                number_left_out=str(content["number_left_out"]),
                address_left_out=str(content["address_left_out"]),
                known=known,
            )
        except (KeyError, AttributeError, TypeError) as error:
            raise LocalDataError(f"{path}: {error!r} is missing or of another form") from None

    def needs(self, terms: Sequence[Row], name: str, about: str) -> list[Row]:
        """Need codes with the way we know them, the surest first. Words count only when no label says anything."""
        found: dict[str, Row] = {}
        for term in terms:
            for code, method, confidence in self._of_term(term):
                found.setdefault(code, {"code": code, "method": method, "confidence": confidence})
        if not found:
            for said, weight in ((name, _NAME_WEIGHT), (about[:_READ_OF_TEXT], _TEXT_WEIGHT)):
                for pattern, listed in self.words:
                    if pattern.search(said):
                        for code in listed:
                            found.setdefault(code, {"code": code, "method": "words", "confidence": weight})
        return sorted(found.values(), key=lambda row: -row["confidence"])[: _MOST_NEEDS if not _ours(terms) else _MOST]

    def _of_term(self, term: Row) -> Iterator[tuple[str, str, float]]:
        if term["taxonomy"] == OURS and term["code"] in self.known:
            yield term["code"], "ours", _ADDRESS_WEIGHT
            return
        for address in (term["uri"], term["code"]):
            if address and address.casefold() in self.addresses:
                yield from ((code, "uri", _ADDRESS_WEIGHT) for code in self.addresses[address.casefold()])
                return
        parts = [key_of(part) for part in term["name"].split(">")]
        for distance, part in enumerate(part for part in reversed(parts) if part):
            if part in self.labels:
                weight = _LABEL_WEIGHT if distance == 0 else _PARENT_WEIGHT
                yield from ((code, "label", weight) for code in self.labels[part])
                return


def _ours(terms: Sequence[Row]) -> bool:
    return any(term["taxonomy"] == OURS for term in terms)
