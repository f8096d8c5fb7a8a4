"""Crisis replies: the right number first, from verified contacts, for the place and the hour, within what a text can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

from safety.contacts import Contacts
from safety.data import SafetyDataError, read_mapping, text_of
from safety.patterns import FLAGS
from safety.sms import room, septets
from safety.wording import AREAS, IsOpen, Wording

FILE = "red_flag_replies.yml"
SMS_SEGMENTS = 3
_WEB_LIMIT = 1200
Channel = Literal["web", "sms", "terminal"]
_CHANNELS = ("web", "sms")


@dataclass(frozen=True)
class _Said:
    """What one flag says on one channel."""

    kind: str
    sentences: tuple[str, ...]
    also: str
    young: str
    seen: tuple[str, ...]  # who will see what was written, and when
    seen_young: tuple[str, ...]


class Replies:
    """The reply for any set of flags, anywhere, at any hour."""

    def __init__(
        self,
        wording: Wording,
        order: Sequence[str],
        said: dict[tuple[str, str], _Said],
        closing: dict[str, tuple[str, ...]],
        childline: str,
        team: str,
    ) -> None:
        self._wording = wording
        self._order = tuple(order)
        self._said = said
        self._closing = closing
        self._childline = childline
        self.team = team

    @classmethod
    def load(cls, data_dir: Path, contacts: Contacts) -> Replies:
        """Reads `data_dir`/red_flag_replies.yml. Raises SafetyDataError when a wording is missing, names a contact that is missing or
        not verified, or makes a text that is too long or not in plain letters, in any area and at any hour."""
        path = data_dir / FILE
        try:
            replies = cls._read(read_mapping(path), contacts)
            replies._check()
        except (KeyError, TypeError, AttributeError) as error:
            raise SafetyDataError(f"{path}: missing or misplaced {error}") from None
        except SafetyDataError as error:
            raise SafetyDataError(f"{path}: {error}") from None
        return replies

    def for_flags(
        self,
        flags: Sequence[str],
        *,
        area: str | None,
        channel: Channel,
        is_open: IsOpen,
        young: bool = False,
    ) -> str:
        """The whole reply, most urgent danger first.

        `area`: one of the seven districts, "Leicester", "Rutland", or None. `is_open(hours)`: whether a contact with these hours is open
        now, None for not known. `young`: a child or young person writes. A reply by "sms" is GSM-7 and at most three texts long.
        Raises ValueError when no flag is known.
        """
        known = [flag for flag in self._order if flag in flags]
        if not known:
            raise ValueError(f"no reply for {list(flags)}")
        name = "sms" if channel == "sms" else "web"

        def say(text: str) -> str:
            return self._wording.say(text, area, is_open)

        lead = self._said[known[0], name]
        first, *more = [say(sentence) for sentence in lead.sentences]
        if young:
            more = [sentence for sentence in more if self._childline not in sentence]
        nobody_watches, *offers = self._closing[name]
        parts = {
            "kind": [lead.kind],
            "first": [first],
            "young": [say(lead.young)] if young else [],
            "more": more,
            "also": [say(self._said[flag, name].also) for flag in known[1:]],
            "closing": [nobody_watches, *(lead.seen_young if young else lead.seen), *offers],
        }
        return _fitted(parts, name)

    @classmethod
    def _read(cls, content: dict[str, Any], contacts: Contacts) -> Replies:
        wording = Wording(content["lines"], contacts)
        order = content["order"]
        if sorted(order) != sorted(FLAGS):
            raise SafetyDataError(f"order must name each of {', '.join(FLAGS)} once")
        said, team = {}, text_of(content["team"], "team")
        for flag in order:
            entry = content["flags"][flag]
            for channel in _CHANNELS:
                where = f"{flag}.{channel}"

                def own(key: str, entry: Any = entry, channel: str = channel, where: str = where) -> str:
                    return wording.fill(entry.get(f"{key}_{channel}", entry.get(key)), f"{where}.{key}")

                sentences = tuple(wording.fill(sentence, where) for sentence in entry[channel])
                if not sentences or not own("also"):
                    raise SafetyDataError(f"{where}: needs sentences and an 'also'")
                seen, seen_young = (
                    tuple(wording.fill(one.replace("{team}", team), f"{where}.seen") for one in words)
                    for words in _seen(content["seen"] | entry.get("seen", {}), channel)
                )
                said[flag, channel] = _Said(own("kind"), sentences, own("also"), own("young"), seen, seen_young)
        closing = {name: tuple(wording.fill(one, "closing") for one in content["closing"][name]) for name in _CHANNELS}
        return cls(wording, order, said, closing, contacts.get("childline").phone, team)

    def _check(self) -> None:
        for flag, area, state, young in product(self._order, (*AREAS, None), (True, False, None), (False, True)):
            text = self.for_flags([flag], area=area, channel="sms", is_open=_always(state), young=young)
            if septets(text) is None:
                odd = sorted({letter for letter in text if septets(letter) is None})
                raise SafetyDataError(f"{flag}.sms: {odd} cannot be sent as a plain text")
            if not _fits(text, "sms"):
                raise SafetyDataError(f"{flag}.sms: {area}: longer than {SMS_SEGMENTS} texts")


def _seen(words: dict[str, list[str]], channel: str) -> tuple[list[str], list[str]]:
    """Who will see it on this channel: for a grown-up, and for a child or young person. Raises KeyError for what is missing."""
    said, young = words[channel], words[f"young_{channel}"]
    if not said or not young:
        raise SafetyDataError(f"seen.{channel}: needs sentences, and some for young people")
    return said, young


def _always(state: bool | None) -> IsOpen:
    return lambda _: state


def _fits(text: str, channel: str) -> bool:
    if channel == "sms":
        size = septets(text)
        return size is None or size <= room(SMS_SEGMENTS)
    return len(text) <= _WEB_LIMIT


def _fitted(parts: dict[str, list[str]], channel: str) -> str:
    """The parts as one text, leaving out what matters least until it fits: first further sentences from the end, then kindness,
    then the words for young people, then what is said for the least urgent dangers. The first number and the closing stay."""
    while True:
        text = " ".join(sentence for name in parts for sentence in parts[name] if sentence)
        if _fits(text, channel):
            return text
        if len(parts["more"]) > 1:
            parts["more"].pop()
        elif parts["kind"]:
            parts["kind"].pop()
        elif len(parts["also"]) > 1:
            parts["also"].pop()
        elif parts["young"]:
            parts["young"].pop()
        elif parts["more"]:
            parts["more"].pop()
        elif parts["also"]:
            parts["also"].pop()
        elif len(parts["closing"]) > 1:
            parts["closing"].pop()
        else:
            return text
