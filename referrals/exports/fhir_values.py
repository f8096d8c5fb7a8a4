"""Small FHIR values, and ids that stay the same from export to export."""

from __future__ import annotations

import uuid
from typing import Any

SNOMED = "http://snomed.info/sct"
_UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/"
_SPACE = uuid.UUID("5f1c9f0e-6a52-4d0e-9c36-2f9f1f0b7a11")  # of this assistant; drawn once


class Ids:
    """The addresses of the resources of one referral within its bundle."""

    def __init__(self, reference: str) -> None:
        self._reference = reference

    def url(self, name: str) -> str:
        """ "urn:uuid:...", the same each time for the same referral and name."""
        return uuid.uuid5(_SPACE, f"{self._reference}/{name}").urn

    def reference(self, name: str) -> dict[str, Any]:
        return {"reference": self.url(name)}


def profile(name: str) -> dict[str, Any]:
    """The claim that a resource keeps to a UK Core profile."""
    return {"meta": {"profile": [_UK_CORE + name]}}


def concept(text: str) -> dict[str, Any]:
    return {"text": text}


def snomed(code: str, term: str) -> dict[str, Any]:
    return {"coding": [{"system": SNOMED, "code": code, "display": term}]}


def fullness(value: Any) -> Any:
    """The same without nulls, blank texts, and empty lists and objects, none of which FHIR allows."""
    if isinstance(value, dict):
        kept = {key: fullness(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if not _empty(one)}
    if isinstance(value, list):
        return [one for one in map(fullness, value) if not _empty(one)]
    return value


def _empty(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
