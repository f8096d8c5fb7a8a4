"""All terms that the services which go out carry, by id; read once for each version of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from service_catalogue.publishing import terms
from service_catalogue.publishing.record import Json

Label = tuple[str, str, str, str]  # taxonomy, name, code, uri as in ServiceTerm


@dataclass(frozen=True)
class Termbook:
    """`terms`: every term as JSON by id, needs first. `labels`: the rows that stand for a publisher's term."""

    terms: dict[str, Json] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)  # id -> need code
    labels: dict[str, list[Label]] = field(default_factory=dict)
    taxonomies: tuple[str, ...] = ()  # names of publishers' taxonomies, "" for unnamed

    @staticmethod
    def of(codes: Iterable[str], labels: Iterable[Label]) -> Termbook:
        labels = sorted(labels)
        book = Termbook(taxonomies=tuple(sorted({label[0] for label in labels})))
        for code in sorted(codes):
            term = terms.need_term(code)
            book.terms[term["id"]] = term
            book.needs[term["id"]] = code
        for taxonomy, name, code, uri in labels:
            term = terms.label_term(name, taxonomy, code, uri)
            book.terms.setdefault(term["id"], term)
            book.labels.setdefault(term["id"], []).append((taxonomy, name, code, uri))
        return book

    def carriers(self, term_id: str) -> tuple[Collection[str], Collection[Label]]:
        """The need codes and the labels that stand for a term; both empty for one that nobody knows."""
        needs = [self.needs[term_id]] if term_id in self.needs else []
        return needs, self.labels.get(term_id, [])

    def labels_of(self, taxonomy_id: str) -> list[str]:
        """The publishers' taxonomies with this id: one name or none."""
        return [name for name in self.taxonomies if terms.taxonomy_id(name) == taxonomy_id]
