"""The ways people mistype: slips of the fingers, text-speak, no punctuation. Put into training texts while the network learns."""

from __future__ import annotations

import random

_ROWS = "qwertyuiop asdfghjkl zxcvbnm"
_TEXT_SPEAK = {
    "you": "u", "are": "r", "to": "2", "for": "4", "please": "pls", "thanks": "thx", "because": "cos", "cannot": "cant", "with": "wiv",
    "tomorrow": "2moz", "have": "hav", "what": "wot", "people": "ppl", "your": "ur", "before": "b4", "about": "abt", "really": "rly",
    "though": "tho", "and": "n", "the": "da", "my": "me", "just": "jus", "been": "bin", "doing": "doin", "going": "goin",
}  # fmt: skip
_LEFT_OUT = set(".,;:!?'\"-")


def slip(text: str, chance: random.Random) -> str:
    """`text` as somebody in a hurry types it: some letters wrong, or text-speak, often without punctuation."""
    words = text.split(" ")
    kind = chance.random()
    if kind < 0.35:
        for _ in range(1 + len(words) // 12):
            at = chance.randrange(len(words))
            words[at] = _mistyped(words[at], chance)
    elif kind < 0.6:
        words = [_TEXT_SPEAK.get(word.lower(), word) if chance.random() < 0.6 else word for word in words]
    text = " ".join(words)
    if chance.random() < 0.6:
        text = "".join(letter for letter in text if letter not in _LEFT_OUT or chance.random() < 0.15)
    return text if text.strip() else "ok"


def _mistyped(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    at, kind = chance.randrange(len(word) - 1), chance.random()
    if kind < 0.3:  # two letters the wrong way round
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.6:  # one left out
        return word[:at] + word[at + 1 :]
    if kind < 0.8:  # one twice
        return word[:at] + word[at] + word[at:]
    key = _ROWS.find(word[at].lower())  # the key beside it
    beside = _ROWS[min(len(_ROWS) - 1, max(0, key + chance.choice((-1, 1))))] if key >= 0 else word[at]
    return word[:at] + beside + word[at + 1 :]
