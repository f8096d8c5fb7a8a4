"""The words around a packet live in data; what is wrong there is found at the start, by name."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from common.local_data import LocalDataError, read_yaml
from referrals.packet_words import PacketWords
from tests.referrals.support import DATA

PATH = DATA / "referral_words.yml"
RAW = read_yaml(PATH)


def changed(*keys: str, to: Any) -> dict[str, Any]:
    """The file's content with one entry changed, or taken out when `to` is None."""
    content = copy.deepcopy(RAW)
    place = content
    for key in keys[:-1]:
        place = place[key]
    if to is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = to
    return content


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (changed("packet", to=None), "packet is missing"),
        (changed("packet", "titles", "risk", to=None), "packet.titles.risk"),
        (changed("packet", "labels", "gp_practice", to=""), "packet.labels.gp_practice"),
        (changed("packet", "reasons", "safety", to=True), "packet.reasons.safety"),
        (changed("packet", "sentences", "tier", to="Tier: {name}"), "{name}"),
        (changed("packet", "sentences", "hidden", to="{oops"), "packet.sentences.hidden"),
        (changed("suggested_codes", to=[{"code": "87A", "term": "x"}]), "suggested_codes"),
    ],
)
def test_a_mistake_is_named(content: dict[str, Any], named: str):
    """The message says which file and which entry, before anybody is in mid-referral."""
    with pytest.raises(LocalDataError, match=re.escape(named)):
        PacketWords.read(Path("words.yml"), content)


def test_sentences_are_short():
    """At most 25 words, as everywhere."""
    words = PacketWords.read(PATH, RAW)
    texts = [*words.titles.values(), *words.labels.values(), *words.reasons.values(), *words.sentences.values()]
    for text in texts:
        assert all(len(sentence.split()) <= 25 for sentence in re.split(r"[.!?:](?:\s|$)", text)), text
