"""What makes it easier to talk with somebody is heard in their own words, of themselves only, and not when denied."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assessment.access import QUOTE, AccessWords
from common.local_data import LocalDataError

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
WORDS = AccessWords.load(DATA)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("im deaf so text me", ["Hearing"]),
        ("I can't hear on the phone, texts are better", ["Hearing"]),
        ("I can’t read well", ["Reading and writing"]),
        ("sorry about spelling im dyslexic", ["Reading and writing"]),
        ("I'm registered blind and in a wheelchair", ["Sight", "Getting about"]),
        ("my English is not good", ["Language"]),
        ("could I have my daughter with me when they ring", ["Someone with them"]),
        ("I hate the phone", ["Phone"]),
        ("my hearing is poor", ["Hearing"]),
        ("sorry, I have no English", ["Language"]),
        ("my husband left, im deaf", ["Hearing"]),
        ("im autistic and phones are hard", ["Speech, memory or learning"]),
    ],
)
def test_it_is_heard_in_ones_own_words(text: str, labels: list[str]) -> None:
    """Each kind by its label, with the words that said it."""
    heard = WORDS.heard(text)
    assert list(heard) == labels
    assert all(said and said in text for said in heard.values())


@pytest.mark.parametrize(
    "text",
    ["I'm not deaf", "my neighbour is deaf", "my husband uses a wheelchair", "he is blind", "I read the letter", "a deaf ear", "i can see you",
     "I have a court hearing, my hearing is tomorrow", "my hearing is at the county court on Monday", "i hate the phone company",
     "it is hard to read the small print on the bill", "I have no english GCSE", "love is blind", "Mum, is deaf and I can't cope"],
)  # fmt: skip
def test_what_is_denied_or_said_of_somebody_else_does_not_count(text: str) -> None:
    """It is the writer's own need that changes how to talk with them."""
    assert WORDS.heard(text) == {}


def test_who_asks_for_somebody_else_speaks_of_them() -> None:
    """ "My mum is deaf" counts when the whole conversation is about her."""
    assert list(WORDS.heard("my mum is deaf", about_other=True)) == ["Hearing"]
    assert list(WORDS.heard("my mum is blind", about_other=True)) == ["Sight"]


def test_the_quote_is_one_part_of_the_message_and_never_long() -> None:
    """Staff read the clause, not the whole telling."""
    heard = WORDS.heard("I lost my job in May. im deaf and " + "very " * 60 + "tired")
    assert len(heard["Hearing"]) == QUOTE and heard["Hearing"].startswith("im deaf")


@pytest.mark.parametrize("entry", [{"label": "Hearing"}, {"said": ["im deaf"]}, {"label": "Hearing", "said": ["!"]}])
def test_an_entry_that_cannot_be_used_is_named(tmp_path: Path, entry: dict) -> None:
    """Label and words are needed."""
    (tmp_path / "access_words.yml").write_text(yaml.safe_dump({"needs": {"hearing": entry}}))
    with pytest.raises(LocalDataError, match="hearing"):
        AccessWords.load(tmp_path)
