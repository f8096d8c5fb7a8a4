"""The residents of the benchmark say what their script has for what they are asked."""

from __future__ import annotations

from bench.people import Heard, Person, Said, Script, load_cast

SCRIPT = Script(
    first="im lonely",
    asides={3: "why?"},
    answers={"next_step": ["more", "person"], "needs_right": ["yes"]},
    typed={"your name": "Zelda"},
    after=["thanks", "bye"],
)
STEPS = Heard("", (("Person", "next_step=person"), ("More", "next_step=more"), ("Enough", "next_step=enough")))
RIGHT = Heard("Is that right?", (("Yes", "needs_right=yes"), ("Change", "needs_right=change")))


def test_the_first_words_come_first() -> None:
    assert Person(SCRIPT).next(None) == Said("im lonely")


def test_a_choice_is_what_the_script_wants_and_a_list_is_worked_through() -> None:
    """More services first, then a person, then whatever stands last."""
    person = Person(SCRIPT, said=10)
    assert [person.next(STEPS).choice for _ in range(3)] == ["next_step=more", "next_step=person", "next_step=enough"]


def test_a_single_answer_stays_right() -> None:
    """A question that is asked again is answered again in the same way."""
    person = Person(SCRIPT, said=10)
    assert [person.next(RIGHT) for _ in range(2)] == [Said("Yes", "needs_right=yes")] * 2


def test_what_a_question_adds_to_its_values_is_sent_back() -> None:
    """Consent is asked for one receiver at a time: the value says which, and a yes stays a yes."""
    asked = Heard("", (("I agree", "needs_right=yes:38bd1220"), ("I don't agree", "needs_right=no:38bd1220")))
    assert Person(SCRIPT, said=10).next(asked) == Said("I agree", "needs_right=yes:38bd1220")


def test_a_question_nobody_foresaw_is_answered_by_its_last_choice() -> None:
    """That is how a resident skips: a new question does not stop the benchmark."""
    assert Person(SCRIPT, said=10).next(Heard("", (("A", "new=a"), ("Skip", "new=skip")))).choice == "new=skip"


def test_asides_and_typed_answers() -> None:
    """An aside at its place, whatever is asked; a typed answer by the words of the question; else what comes after."""
    person = Person(SCRIPT, said=2)
    assert person.next(RIGHT) == Said("why?")
    assert person.next(Heard("What is YOUR NAME?")) == Said("Zelda")
    assert [person.next(Heard("Done.")).text for _ in range(3)] == ["thanks", "bye", "thanks"]


def test_starting_again() -> None:
    """The circle is said in the same way each time."""
    person = Person(SCRIPT, said=10)
    first = [person.next(STEPS).choice for _ in range(2)]
    person.start_again()
    assert person.next(None) == Said("im lonely")
    person.said = 10
    assert [person.next(STEPS).choice for _ in range(2)] == first


def test_everybody_can_be_read() -> None:
    """The shipped file: several people, all that they may type, and the words of danger."""
    cast = load_cast()
    assert len(cast.people) >= 4 and cast.danger
    assert {script.first for script in cast.people} <= set(cast.everything_typed())
    assert all(isinstance(text, str) for text in cast.everything_typed())
