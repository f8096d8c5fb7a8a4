"""The question bank: what is asked, when, and what answers change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assessment.needs import Needs
from assessment.questions import QuestionBank
from common.local_data import LocalDataError

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
BANK = QuestionBank.load(DATA)
NEEDS = [need.slug for need in Needs.load(DATA)]
QUESTIONS = list(BANK)
FLAGS = {
    "suicide_self_harm",
    "medical_emergency",
    "abuse_now",
    "child_at_risk",
    "adult_safeguarding",
    "fire_gas",
    "homeless_tonight",
}
# The basic characters of a text message in the GSM alphabet that English needs.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

ids = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


@ids
def test_every_question_names_needs_and_flags_that_exist(question):
    """A misspelt need or flag in the data would silently change nothing."""
    assert question.needs <= set(NEEDS)
    for option in question.options:
        effects = option.effects
        assert {effects[name] for name in ("urgent", "first") if name in effects} <= set(NEEDS)
        assert set(effects.get("add_need", ())) <= set(NEEDS)
        assert set(effects.get("add_flag", ())) <= FLAGS
    assert question.not_with_flags <= FLAGS and question.why and question.source and question.licence


@ids
def test_every_question_fits_one_text_message_of_300_characters(question):
    """Wording and numbered options together, in the GSM alphabet."""
    for other in (False, True):
        assert len(question.sms(other)) <= 300
        assert set(question.sms(other)) <= GSM


@ids
def test_options_have_different_labels_and_values(question):
    """A number, a label or a value picks exactly one option."""
    assert (
        len({option.label for option in question.options})
        == len({option.value for option in question.options})
        == len(question.options)
    )


def test_the_safety_question_comes_first_once_and_can_be_skipped():
    """Low mood, a loss or a new baby: asked first; never after an answer or a skip, nor when the flag is already known."""
    for needs, hints in (
        [["mental_wellbeing", "food"], ()],
        [["bereavement"], ()],
        [["family_parenting"], ["new_baby"]],
    ):
        assert BANK.choose(needs, {}, hints=hints)[0].id == "safety"
        assert "safety" not in [q.id for q in BANK.choose(needs, {"safety": "skip"}, hints=hints)]
        assert "safety" not in [q.id for q in BANK.choose(needs, {}, ["suicide_self_harm"], hints=hints)]
    assert "safety" not in [q.id for q in BANK.choose(["family_parenting"], {})]
    assert [q.id for q in BANK.choose(["bereavement", "food"], {"food_today": "yes", "help_at_hand": "yes"})] == [
        "safety"
    ]


def test_a_yes_to_the_safety_question_is_the_flag():
    """A yes raises suicide_self_harm; a no and a skip raise nothing."""
    assert BANK.effects({"safety": "yes"}).add_flags == ("suicide_self_harm",)
    assert BANK.effects({"safety": "no"}).add_flags == BANK.effects({"safety": "skip"}).add_flags == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I've just had a baby and can't cope", True),
        ("my baby is 6 weeks old", True),
        ("my son is 12", False),
        ("six years sober", False),
    ],
)
def test_a_new_baby_is_noticed(text, expected):
    """The words for a new baby make the safety question due."""
    assert ("new_baby" in BANK.hints(text)) is expected


@given(
    st.lists(st.sampled_from(NEEDS), max_size=8),
    st.dictionaries(
        st.sampled_from([q.id for q in QUESTIONS]),
        st.sampled_from(["yes", "no", "skip", "nobody", "often"]),
        max_size=5,
    ),
    st.lists(st.sampled_from(sorted(FLAGS)), max_size=2),
)
def test_never_more_than_two_light_questions_and_none_twice(needs, answers, flags):
    """Asked and to be asked are at most two together, the safety question aside; an answered one is never asked again."""
    chosen = BANK.choose(needs, answers, flags)
    assert not {q.id for q in chosen} & set(answers)
    assert len(chosen) <= 2 and all(q.stage == "light" for q in chosen)
    ordinary = [q for q in chosen if not q.once_for]
    asked = [key for key in answers if BANK.get(key).stage == "light"]
    assert not ordinary or len(ordinary) + len(asked) <= 2
    assert chosen == BANK.choose(list(reversed(needs)), answers, flags)


def test_the_most_urgent_question_comes_before_the_rest():
    """No food today matters more than what somebody enjoys."""
    assert [q.id for q in BANK.choose(["social_activities", "food"], {})] == ["food_today", "enjoy"]


def test_with_three_needs_it_is_asked_which_one_matters_most():
    """Who told three things or more says where to begin; that one is served first. With two nobody is asked."""
    assert [q.id for q in BANK.choose(["social_activities", "money_debt", "food"], {})] == [
        "matters_most",
        "food_today",
    ]
    assert "matters_most" not in [q.id for q in BANK.choose(["money_debt", "food"], {})]
    assert BANK.effects({"matters_most": "falls_mobility"}).first == ("falls_mobility",)
    assert BANK.effects({"matters_most": "skip"}).first == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theres nowt in the cupboards til friday", {"food_today": "no"}),
        ("bailiffs coming tomorrow and I am behind with the rent", {"priority_bills": "bailiffs"}),
        ("mum had a fall in the bath", {"fallen": "yes"}),
        ("ive not had a fall, just unsteady", {}),
        ("I'm worried about bailiffs", {}),
    ],
)
def test_what_was_told_need_not_be_asked(text, expected):
    """Words that answer a question before it was asked; denied or only feared, they answer nothing."""
    assert BANK.told(text) == expected


def test_what_was_told_does_not_count_as_asked():
    """Two questions may still be asked beside those that the resident has answered unasked."""
    given = {"food_today": "no"}
    assert len(BANK.choose(["food", "money_debt", "falls_mobility"], given)) == 1
    assert len(BANK.choose(["food", "money_debt", "falls_mobility"], given, told=["food_today"])) == 2


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("carer_coping", "im ok most days jus tired", "manage"),
        ("warm_home", "no its off, 40p left on the key", "off"),
        ("help_at_hand", "just my son in Ibstock", "yes"),
        ("fallen", "twice since august", "yes"),
        ("fallen", "what do you mean", None),
    ],
)
def test_an_answer_in_own_words_is_read(question, text, value):
    """An answer need not be one of the labels; one that fits two options or none is not guessed."""
    assert BANK.get(question).meant(text) == value


def test_answers_change_needs_flags_and_signs_together():
    """All effects are gathered; unknown questions and values change nothing."""
    effects = BANK.effects(
        {
            "food_today": "no",
            "fallen": "hurt",
            "help_at_hand": "nobody",
            "enjoy": "gardening",
            "gone": "yes",
            "legal_date": "?",
        }
    )
    assert effects.urgent == ("food",) and effects.add_needs == ("home_adaptations",)
    assert effects.isolated and effects.signs()["isolated"] and effects.search == ("gardening",)
    assert effects.advice == ("fall_hurt",) and "GP" in BANK.advice("fall_hurt")


def test_person_questions_have_their_own_stage():
    """The questions for somebody who wants a person are not asked before the first services."""
    person = BANK.choose(["food"], {}, limit=9, stage="person")
    assert [q.id for q in person] == [
        "what_matters", "where_to_start", "who_is_around", "what_tried", "access_needs", "other_services", "face_to_face",
    ]  # fmt: skip
    assert [q.id for q in person if q.open] == ["what_matters", "who_is_around", "what_tried", "access_needs"]


def test_a_question_that_changes_nothing_is_refused(tmp_path):
    """The bank does not load with a question whose answers have no effects; the error names it."""
    content = yaml.safe_load((DATA / "questions.yml").read_text(encoding="utf-8"))
    for option in content["questions"][3]["options"]:
        option.pop("effects", None)
    (tmp_path / "questions.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(LocalDataError, match="food_today: no answer changes anything"):
        QuestionBank.load(tmp_path)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_plain_no_has_an_answer_of_its_own(question):
    """Where the question, or its plainer form, can be answered by no, the first option that begins with "No" is the plain one."""
    begins = question.text_web.rsplit(". ", 2)[-1].split()[0] in ("Do", "Does", "Is", "Are", "Can", "Have", "Would")
    labels = [option.label for option in question.options if option.label.lower().split()[0].strip(",") == "no"]
    if begins:
        assert labels
    assert "No" not in labels or labels[0] == "No"


@pytest.mark.parametrize("question", list(QuestionBank.load(DATA)), ids=lambda question: question.id)
def test_who_asks_for_somebody_else_is_not_asked_about_themselves(question):
    """Neither the question nor its plainer form says "you" where another person is meant."""
    for text in (question.text("web", other=True), question.plain(other=True)):
        assert not re.search(r"\b(?:you|your)\b", text.replace("Do you think they", "").replace("You can skip", "")), (
            text
        )
