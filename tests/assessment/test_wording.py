"""Everything residents read out of this room's data: short sentences, plain words, nothing to fill in left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import textstat
import yaml

from assessment.needs import Needs
from assessment.own_doors import DOORS, PHONE, Doors
from assessment.questions import QuestionBank

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
# Names that residents know or that cannot be changed; they say nothing about how hard a sentence is.
FILL = {"team": "Our team", "place": "Quorn", "area": "Rutland", "count": "3", "needs": "food"}


def wordings() -> Iterator[tuple[str, str]]:
    """Every wording with its slots filled, by where it stands."""
    for question in QuestionBank.load(DATA):
        for field in ("text_web", "text_other", "text_sms", "plainer", "plainer_other", "why", "why_other"):
            yield f"questions.{question.id}.{field}", getattr(question, field)
    content = yaml.safe_load((DATA / "questions.yml").read_text(encoding="utf-8"))
    for key, text in content["advice"].items():
        yield f"questions.advice.{key}", PHONE.sub("101", text)
    for key, text in yaml.safe_load((DATA / "routing.yml").read_text(encoding="utf-8"))["reasons"].items():
        yield f"routing.reasons.{key}", text.format(**FILL)
    for need in Needs.load(DATA):
        yield f"needs.{need.slug}", f"You'd like help with {need.say}."
        yield f"needs.{need.slug}.other", f"They'd like help with {need.say_other}."
    yield "other_doors.offer", Doors.load(DATA).offer("Our team")
    for kind in DOORS:
        for other in (False, True):
            for area in ("Rutland", None):
                door = Doors.load(DATA).door(kind, area=area, needs=["housing", "smoking", "money_debt"], other=other)
                yield f"other_doors.{kind}.{other}.{area}", PHONE.sub("101", door.text)


WORDINGS = dict(wordings())


@pytest.mark.parametrize("where", WORDINGS)
def test_sentences_are_short_and_complete(where):
    """At most 25 words a sentence, no slot left over, British spelling of the words that we use."""
    text = WORDINGS[where]
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        assert len(sentence.split()) <= 25, sentence
    assert not re.search(r"[{}]|\s{2}|\b(?:neighbor|organize|apologize|color|program)\b", text)


def reading_age(text: str) -> float:
    """
    The age at which a text can be read: the mean of two grades that count letters, words and sentences, plus five years.

    The name of the county is left out: every resident can read it. The grades by syllables need a dictionary that textstat downloads at run time, so they are left out.
    """
    text = text.replace("Leicestershire", "Leeds")
    return (textstat.automated_readability_index(text) + textstat.coleman_liau_index(text)) / 2 + 5


@pytest.mark.parametrize("room", ["questions", "routing", "needs", "other_doors"])
def test_a_child_of_eleven_can_read_each_file(room):
    """The wording of each file reads at an age of 11 or less."""
    text = " ".join(text for where, text in WORDINGS.items() if where.startswith(room))
    assert reading_age(text) <= 11, reading_age(text)


@pytest.mark.parametrize(
    "where", [where for where, text in WORDINGS.items() if len(text.split()) >= 8 and not where.startswith("needs.")]
)
def test_a_child_of_eleven_can_read_each_wording(where):
    """Each one of eight words or more, too; fewer are too small a sample, and so are the names of needs."""
    assert reading_age(WORDINGS[where]) <= 11, (reading_age(WORDINGS[where]), WORDINGS[where])


def test_doors_say_whom_to_ring_without_a_number_in_the_wording():
    """Numbers come only from contacts.yml, by id; each door but an unknown county has one."""
    doors = Doors.load(DATA)
    assert doors.door("city", needs=["housing"]).contacts == ("leicester_asc", "leicester_homeless")
    assert doors.door("rutland").contacts == ("rutland_asc",)
    over_the_line = doors.door("outside", area="Warwickshire", needs=["money_debt"])
    assert over_the_line.contacts == ("warwickshire_council", "citizens_advice_adviceline")
    assert doors.door("under_18", other=True).contacts == ("childline",)
    for file in ("other_doors.yml", "routing.yml", "questions.yml", "needs.yml"):
        assert not re.search(r"\b0\d{3}[\d ]{6,}", (DATA / file).read_text(encoding="utf-8"))


def test_no_file_of_this_room_has_a_key_that_rasa_reads():
    """Rasa reads every YAML file under data/ and would take these keys for its own."""
    names = ("needs", "questions", "routing", "other_doors", "ambiguous_places")
    reserved = {"nlu", "rules", "stories", "intents", "slots", "responses", "forms", "entities", "actions", "version"}
    for name in names:
        assert not reserved & set(yaml.safe_load((DATA / f"{name}.yml").read_text(encoding="utf-8")))


def test_a_county_with_an_article_is_written_with_it():
    """ "You live in the West Midlands", as people say it; other areas as they are."""
    doors = Doors.load(DATA)
    assert doors.door("outside", area="West Midlands").text.startswith("You live in the West Midlands.")
    assert doors.door("outside", area="Derbyshire", other=True).text.startswith("They live in Derbyshire.")


def test_no_door_promises_help_for_all_of_england():
    """Nothing is promised that this service does not then offer; no door is called the right one."""
    doors = Doors.load(DATA)
    for kind in ("city", "rutland", "outside"):
        for other in (False, True):
            text = doors.door(kind, area="Derbyshire", other=other).text
            assert text.endswith("You can also tell me about another place.")
            assert "right door" not in text and "all of England" not in text
