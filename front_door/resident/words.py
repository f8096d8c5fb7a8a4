"""What is said and understood about a referral that was sent, from `referral` in front_door.yml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from common.local_data import LocalDataError
from referrals.reference import is_reference, read_reference

Ask = Literal["status", "withdraw", "change", "copy"]
ASKS: tuple[Ask, ...] = ("status", "withdraw", "change", "copy")
_LONGEST = 160  # characters; who writes more says more
_CODE = re.compile(r"(?=.*\d)[a-z0-9]{3} ?[a-z0-9]{3,4}")  # what somebody may take for a reference
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hiya|hey|excuse me|sorry|please|pls|ok|okay|so|and|but) )+|(?: (?:please|pls|plz|thanks|thank you|thx|ta|now|again))+$"
)


@dataclass(frozen=True)
class Asked:
    """What a message asks for. reference: as it was given, or None. sure: it can mean nothing else but a referral. bare: it is a
    reference and no more, which may answer another question."""

    ask: Ask
    reference: str | None
    sure: bool
    bare: bool = False


@dataclass(frozen=True)
class ResidentWords:
    """See the file for each text and its places. `asks`: (what, sure) by whole message, in plain letters."""

    asks: Mapping[str, tuple[Ask, bool]]
    page: str
    ask_reference: str
    not_found: str
    several: str
    status: str
    withdraw: str
    take_back: str
    keep: str
    kept: str
    withdrawn: str
    deleted: str
    closed: str
    already: str
    still_open: str
    change: str
    copy: str
    the_team: str
    changed_number: str
    chat_withdraw: str
    chat_change: str
    chat_copy: str
    chat_look_up: str
    wrong: str
    blocked: str
    missing: str
    closed_page: str
    page_withdrawn: str
    page_changed: str
    page_same: str
    old_page: str
    bad_contact: str
    safe_needed: str
    safe_e_mail: str
    too_long: str
    by_a_person: str

    @classmethod
    def read(cls, path: Path, raw: Any) -> ResidentWords:
        """Raises LocalDataError naming the key that is missing or wrong, and a phrase that stands there twice."""
        raw = raw if isinstance(raw, dict) else {}
        texts: dict[str, str] = {}
        for item in fields(cls):
            if item.name == "asks":
                continue
            text = raw.get(item.name)
            if not isinstance(text, str) or not text.strip():
                raise LocalDataError(f"{path}: referral: {item.name} must be text")
            texts[item.name] = text.strip()
        return cls(asks=_asks(path, raw.get("asks")), **texts)

    def asked(self, text: str) -> Asked | None:
        """What the whole message asks for, or None. A reference alone asks for the status."""
        if len(text) > _LONGEST:
            return None
        if is_reference(text):
            return Asked("status", read_reference(text), True, bare=True)
        said = _plain(text)
        if found := self.asks.get(said):
            return Asked(found[0], None, found[1])
        words = said.split()
        for count in (2, 1):  # "k7m 4pr" or "k7m4pr" at the end of a phrase
            phrase, tail = " ".join(words[:-count]), " ".join(words[-count:])
            found, reference = self.asks.get(_unjoined(phrase)), read_reference(tail)
            if found and len(words) > count and reference is None and phrase == "status" and _CODE.fullmatch(tail):
                return Asked("status", tail, True)  # "status abc-123": no reference of ours, and said to be none
            if found and reference and len(words) > count:
                return Asked(found[0], reference, True)
        return None

    def may_be_asked(self, text: str) -> bool:
        """A quick look, without the database."""
        return self.asked(text) is not None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("'", "").casefold()
    said = re.sub(r"[^a-z0-9]+", " ", folded).strip()
    return _POLITE.sub("", said).strip() or said


def _unjoined(phrase: str) -> str:
    """The phrase without the words that lead to the reference: "the status of my referral", "my reference is"."""
    return re.sub(r" (?:of|for|on|is|ref|reference|my reference is|reference is|number)$", "", phrase)


def _asks(path: Path, raw: Any) -> dict[str, tuple[Ask, bool]]:
    found: dict[str, tuple[Ask, bool]] = {}
    for ask in ASKS:
        group = raw.get(ask) if isinstance(raw, dict) else None
        for key, sure in (("always", True), ("after", False)):
            phrases = group.get(key) if isinstance(group, dict) else None
            if not isinstance(phrases, list) or not phrases or not all(isinstance(one, str) for one in phrases):
                raise LocalDataError(f"{path}: referral: asks.{ask}.{key} must be a list of phrases")
            for phrase in phrases:
                if _plain(phrase) in found:
                    raise LocalDataError(f"{path}: referral: asks: {phrase!r} stands there twice")
                found[_plain(phrase)] = (ask, sure)
    return found
