"""What staff read around a packet, and the codes that exports suggest; from referral_words.yml."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError
from referrals.packet_required import REASONS, REQUIRED

SECTIONS = ("words", "needs", "risk", "about", "told", "why", "services", "contact", "person", "consent", "not_asked")
_PLACES = {  # what each sentence may name; those not listed name nothing
    "tier": {"tier"},
    "safe_yes": {"label"},
    "safe_not_asked": {"label"},
    "safe_note": {"note"},
    "consent_self": {"team", "purpose"},
    "consent_other": {"team", "purpose"},
    "more_words": {"count"},
    "more": {"count"},
    "suggested_code": {"code", "term"},
    "exported": {"who", "when"},
    "page": {"number", "of"},
    "changed": {"when", "how", "what"},
    "changed_before": {"before"},
}
_PLAIN = (
    "only_choices", "none", "none_known", "not_said", "adult_yes", "adult_no", "asked_for_person", "unsafe", "safe_to_call_no",
    "safe_to_text_no", "safe_none_asked", "safe_none", "safe_mail_yes", "safe_mail_no", "discreet", "self", "other", "english", "nothing_left_out", "target", "missing_letters", "hidden",
    "keep_safe",
)  # fmt: skip
_LABELS = (
    *(field.key for field in REQUIRED), "phone", "email", "questions", "promise", "reference", "received", "due", "channel",
    "priority", "safe_note",
)  # fmt: skip


@dataclass(frozen=True)
class SuggestedCode:
    """A SNOMED CT code offered to the receiving team; for every referral, or where one of `needs` was named."""

    code: str
    term: str
    needs: frozenset[str]


@dataclass(frozen=True)
class PacketWords:
    """Titles by section, labels by field, reasons by code, channels by name, and sentences (`str.format`)."""

    titles: Mapping[str, str]
    labels: Mapping[str, str]
    reasons: Mapping[str, str]
    channels: Mapping[str, str]
    sentences: Mapping[str, str]
    codes: tuple[SuggestedCode, ...]

    @classmethod
    def read(cls, path: Path, raw: dict[str, Any]) -> PacketWords:
        """From the content of referral_words.yml at `path`. Raises LocalDataError naming what is missing or may not be used."""
        packet = raw.get("packet")
        if not isinstance(packet, dict):
            raise LocalDataError(f"{path}: packet is missing")
        sentences = _group(path, packet, "sentences", (*_PLACES, *_PLAIN))
        for name, text in sentences.items():
            _check_places(f"{path}: packet.sentences.{name}", text, _PLACES.get(name, set()))
        return cls(
            titles=_group(path, packet, "titles", SECTIONS),
            labels=_group(path, packet, "labels", _LABELS),
            reasons=_group(path, packet, "reasons", REASONS),
            channels=_group(path, packet, "channels", ("web", "sms")),
            sentences=sentences,
            codes=tuple(_code(path, entry) for entry in raw.get("suggested_codes") or []),
        )

    def say(self, sentence: str, **places: object) -> str:
        """One sentence with its places filled in."""
        return self.sentences[sentence].format(**places)

    def suggested(self, needs: Iterable[str]) -> tuple[SuggestedCode, ...]:
        """The codes to suggest for these needs, in the order of the file."""
        named = set(needs)
        return tuple(code for code in self.codes if not code.needs or code.needs & named)


def _group(path: Path, packet: dict[str, Any], group: str, needed: Iterable[str]) -> dict[str, str]:
    found = packet.get(group)
    if not isinstance(found, dict):
        raise LocalDataError(f"{path}: packet.{group} is missing")
    for name in needed:
        if not isinstance(found.get(name), str) or not found[name].strip():
            raise LocalDataError(f"{path}: packet.{group}.{name} must be text (in quotes)")
    return {str(name): str(text) for name, text in found.items()}


def _check_places(where: str, text: str, allowed: set[str]) -> None:
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise LocalDataError(f"{where}: {error}") from None
    if strange := used - allowed:
        raise LocalDataError(f"{where} may not use {', '.join(sorted('{' + name + '}' for name in strange))}")


def _code(path: Path, entry: Any) -> SuggestedCode:
    if not isinstance(entry, dict) or not str(entry.get("code", "")).isdigit() or not entry.get("term"):
        raise LocalDataError(f"{path}: suggested_codes: {entry!r} needs a code (digits, in quotes) and a term")
    return SuggestedCode(str(entry["code"]), str(entry["term"]), frozenset(entry.get("needs") or ()))
