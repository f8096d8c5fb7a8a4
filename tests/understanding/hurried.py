"""A message as somebody types it in a hurry on a telephone, for measuring what typing mistakes cost.

Its kinds of mistake were chosen without the ones that training puts in (bot.encoder.slips): words run together, vowels left out, sounds
written down, letters from autocorrect and the key below, no capitals, no punctuation, text-speak.
"""

from __future__ import annotations

import random

SHARE = 0.14  # of the words, so that an ordinary message of fifteen words has two
_SHORT = {
    "you": "u", "your": "ur", "are": "r", "see": "c", "why": "y", "to": "2", "too": "2", "for": "4", "be": "b", "please": "plz",
    "people": "ppl", "because": "coz", "tomorrow": "2moro", "tonight": "2nite", "today": "2day", "about": "abt", "with": "w",
    "without": "w/o", "someone": "sum1", "anyone": "ne1", "know": "no", "want": "wnt", "have": "hv", "just": "jst", "text": "txt",
    "message": "msg", "really": "rly", "thanks": "ta", "something": "summat", "nothing": "nowt", "anything": "owt",
}  # fmt: skip
_SOUNDS = (
    ("ight", "ite"), ("tion", "shun"), ("ph", "f"), ("ough", "uff"), ("ck", "k"), ("ie", "ei"), ("ei", "ie"), ("ee", "ea"), ("ea", "ee"),
    ("ing", "in"), ("th", "f"), ("wh", "w"), ("kn", "n"), ("our", "or"), ("ll", "l"), ("ss", "s"), ("tt", "t"), ("ous", "us"),
)  # fmt: skip
_BELOW = dict(zip("qwertyuiopasdfghjkl", "asdfghjkl;zxcvbnm,.", strict=True))
_VOWELS = "aeiou"


def hurried(text: str, chance: random.Random) -> str:
    """`text` with mistakes in about SHARE of its words; the same `chance` makes the same ones."""
    if chance.random() < 0.7:
        text = text.lower()
    if chance.random() < 0.7:
        text = "".join(letter for letter in text if letter not in ".,;:!'’")
    words = text.split()
    made: list[str] = []
    for word in words:
        if word.lower() in _SHORT and chance.random() < 0.5:
            made.append(_SHORT[word.lower()])
        elif chance.random() < SHARE and not any(letter.isdigit() for letter in word):
            made.append(_wrong(word, chance))
        else:
            made.append(word)
    joined = [word if chance.random() > 0.02 else word + "\0" for word in made]
    return " ".join(joined).replace("\0 ", "").replace("\0", "") or text


def _wrong(word: str, chance: random.Random) -> str:
    sounds = [(had, has) for had, has in _SOUNDS if had in word]
    kind = chance.random()
    if sounds and kind < 0.4:
        had, has = chance.choice(sounds)
        return word.replace(had, has, 1)
    if len(word) < 4:
        return word
    at = chance.randrange(1, len(word) - 1)
    if kind < 0.6:
        vowels = [index for index in range(1, len(word) - 1) if word[index] in _VOWELS]
        at = chance.choice(vowels) if vowels else at
        return word[:at] + word[at + 1 :]
    if kind < 0.75:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    if kind < 0.9:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _BELOW.get(word[at].lower(), word[at]) + word[at + 1 :]
