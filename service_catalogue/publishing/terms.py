"""Terms and taxonomies: our needs, and the labels that publishers gave their services, each with an id that never changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from service_catalogue.local import Words
from service_catalogue.publishing.record import Json, filled, uri

NEEDS = "Leicestershire needs"
_SPACE = "6f1c2f5e-3a0b-5d52-9a55-6a2f0d4d7a11"  # any fixed UUID: the ids of terms and taxonomies follow from it


def _id(kind: str, content: str) -> str:
    return str(uuid.uuid5(uuid.UUID(_SPACE), f"{kind}:{content}"))


NEEDS_ID = _id("taxonomy", NEEDS)


def taxonomy_id(name: str) -> str:
    """The id of a publisher's taxonomy by its name; "" is that of labels whose publisher named no taxonomy."""
    return _id("publisher taxonomy", name)


def taxonomies(labels: Iterable[str], words: Words) -> list[Json]:
    """Our needs first, then the taxonomies of publishers with these names."""
    needs = {"id": NEEDS_ID, "name": NEEDS, "description": words("taxonomies", "needs")}
    return [needs, *(_taxonomy(name, words) for name in labels)]


def _taxonomy(name: str, words: Words) -> Json:
    shown = name or words("taxonomies", "unnamed")
    return {"id": taxonomy_id(name), "name": shown, "description": words("taxonomies", "publisher", name=shown)}


def need_term(code: str) -> Json:
    """A need code as a term: "warm_home" is named "warm home", its code stands under `term`."""
    name = code.replace("_", " ")
    return {
        "id": _id("need", code),
        "name": name,
        "description": name,
        "taxonomy": NEEDS,
        "taxonomy_id": NEEDS_ID,
        "term": code,
    }


def label_term(name: str, taxonomy: str, code: str, address: str) -> Json:
    """A publisher's label as a term. Two publishers who use the same term of the same taxonomy share it."""
    return filled(
        id=_id("publisher term", "\n".join((taxonomy, code or address or name.casefold().strip()))),
        name=name,
        description=name,
        taxonomy=taxonomy,
        taxonomy_id=taxonomy_id(taxonomy),
        code=code,
        term_uri=uri(address),
    )
