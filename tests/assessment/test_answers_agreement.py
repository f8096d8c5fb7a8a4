"""Consent is never guessed: only a plain yes is a yes. And what counts as a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import answers

PLAIN_YES = [
    "yes", "Yes.", "YES!!", "yh", "yeah", "yep", "yesss", "aye", "ar goo on", "go on then", "goo on then duck", "I agree", "i agree to that", "I do", "yes i do", "yes i agree", "thats fine",
    "That's fine", "That’s fine by me", "ok", "ok send it", "ok then", "okay thanks", "yes please", "yes plz", "send it", "please send it", "go ahead", "yes go ahead", "crack on", "carry on", "sure", "alright then",
    "please do", "👍", "👍🏽", "👍👍", "✅", "yes 👍", "y", "k", "agreed", "i consent", "you have my permission", "yes you can send it", "by all means", "sounds good", "yes she knows", "she agrees", "he said yes",
    "definitely", "of course", "do it", "yeah go on", "im happy with that", "yes thank you", "haan", "tak", "yes im sure", "yes thats all correct", "looks good", "yes yes", "yes its fine", "yes send it over please", "yeh thats ok", "ok duck", "yes i am happy with that",
]  # fmt: skip
CLEAR_NO = [
    "no", "No.", "nope", "nah", "na", "n", "I do not agree", "I don't agree", "I don’t agree", "i dont agree", "dont send it", "don't send it please", "do not send it", "please dont send it", "rather you didnt", "id rather you didnt",
    "I'd rather not", "not yet", "not now", "not really", "no thanks", "no thank you", "no i dont", "no dont", "no i do not agree", "no i dont want you to send it", "i dont want you to send it", "absolutely not", "of course not", "never",
    "leave it", "cancel it", "👎", "❌", "no 👎", "i disagree", "i refuse", "i dont consent", "i dont think so", "no way", "im not happy with that", "not happy", "she doesnt want it", "please do not share my details", "no you cant", "id prefer not", "dont",
    "no dont send it", "I am not ok with that", "i wont agree to that", "no need thanks", "nope all good", "i dont want this",
]  # fmt: skip
NEITHER = [
    "thats enough", "that's it", "fine whatever, I dont want this", "ok then but i don't want you to send it", "right so you send my address to everyone", "what if i say no", "not sure", "yes but she doesn't know about it",
    "whatever", "yes?", "no?", "sure?", "", "   ", "?", "ok but only to the gp", "yes as long as its private", "yes though im not sure", "yes if you must", "i suppose", "maybe", "yeah no", "yes no", "no yes", "no that's fine", "no problem",
    "i dont mind", "i dont care", "no idea", "dont know", "idk", "why", "what happens then", "is it private", "can i think about it", "alright whatever", "yes i want to change my number", "yes and also my gas is off", "i am 45",
    "ok bye", "right", "great", "thanks", "ta", "ey up", "alright duck", "👍👎", "😀", "❤️", "yes unless he finds out", "ok although id rather not", "fine but dont text", "i agree with nothing", "agree to disagree", "i dont disagree", "no i mean yes",
    "no go on then", "yes to the first one but not that", "how do i say no", "my mum would say no", "send it to my mum", "yes stop", "not a problem", "yes dont", "dont stop", "yes i cant", "ok cancel", "yes when my husband is out", "ok not",
    "yes yes yes yes yes yes yes yes", "no but go ahead", "yes not", "go away", "why not send it", "i would if i could", "do you agree", "no worries",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN_YES)
def test_a_plain_yes_agrees(text):
    """A clear word or phrase, dialect, slang and thumbs included, with nothing but politeness around it."""
    assert answers.agrees(text) is True


@pytest.mark.parametrize("text", CLEAR_NO)
def test_a_clear_no_refuses(text):
    """Refusals, with the words around them."""
    assert answers.agrees(text) is False


@pytest.mark.parametrize("text", NEITHER)
def test_all_else_is_neither(text):
    """Doubt, conditions, questions, contradictions and anything not understood are asked again."""
    assert answers.agrees(text) is None


@pytest.mark.parametrize("text", PLAIN_YES)
@pytest.mark.parametrize(
    "turn", ["but {}", "{} but not that", "{} as long as he does not see it", "{}?", "dont {}", "{} i dont want it"]
)
def test_nothing_turned_round_agrees(text, turn):
    """No plain yes stays one with a condition, a negation or a question mark beside it."""
    assert answers.agrees(turn.format(text)) is not True


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_a_question_mark_never_agrees(text):
    """Whatever somebody types, it is one of three answers, and a question mark is never consent."""
    assert answers.agrees(text) in (True, False, None)
    assert answers.agrees(f"{text}?") is None


@pytest.mark.parametrize(
    "text",
    [
        "why", "why?", "what happens to it", "whats it for", "how does this work", "how long will it take", "who sees it", "who are you", "when will they ring", "where does it go", "can i change it", "is it private",
        "are you a robot", "do i have to", "does it cost", "will they ring me", "and what then", "ok but what happens", "can you help me", "is this free", "mornings?", "what", "would it cost", "does my doctor see it", "what do you mean", "wot is it",
    ],
)  # fmt: skip
def test_questions(text):
    """A question, with its mark or without."""
    assert answers.is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes", "why not", "will do", "can do", "do it", "do not send it", "when im back from work", "whenever", "whatever", "Will Young", "Will", "Ian", "Willow Hill", "when my husband is out", "is fine", "have a nice day", "how about mornings",
        "what i need is food", "where i live is quorn", "who cares", "doing my shopping", "my mum cant manage", "Isla", "Howard", "May Hill",
    ],
)  # fmt: skip
def test_answers_are_no_questions(text):
    """Answers that begin like a question."""
    assert not answers.is_question(text)


def test_n_between_words_is_and() -> None:
    """ "Yep food n leccy" is a yes; "n" alone is a no."""
    assert answers.yes_no("yep food n leccy") is True
    assert answers.yes_no("n") is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes but only if he cant see it", True),
        ("ok as long as my benefits stay the same", True),
        ("yes", False),
        ("no unless i have to", False),
        ("yes, if thats what it takes", False),
        ("yes but what happens to it?", False),
    ],
)
def test_a_yes_on_a_condition_is_told_apart(text: str, expected: bool) -> None:
    """It is no consent, and who gives one hears why it is asked again."""
    assert answers.yes_on_a_condition(text) is expected
    if expected:
        assert answers.agrees(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes but only if he cant see it", True),
        ("ok as long as my mum doesnt find out", True),
        ("yeah, but please don't let my ex husband know", True),
        ("i agree provided the neighbours are not told", True),
        ("yes but not if the council can see it", False),
        ("yes if you ring me first", False),
        ("yes as long as nobody sees it", False),
        ("only if she agrees", False),
        ("yes", False),
        ("no, he would see it", False),
    ],
)
def test_a_wish_for_secrecy_that_the_consent_grants_is_told_apart(text: str, expected: bool) -> None:
    """Only what is kept from somebody close: never from the receiver itself, and no other condition."""
    assert answers.yes_if_kept_from(text) is expected
