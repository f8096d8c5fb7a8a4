"""Is it safe to ring or text: only what is plainly allowed is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import answers
from assessment.answers import SafeContact


@pytest.mark.parametrize(
    "text",
    ["ring or text is fine", "yes", "both", "either", "yes both", "either is fine", "you can ring or text", "Yes please", "👍", "any", "i dont mind", "call or text", "yes its safe", "both are fine", "yh", "phone and text ok", "doesnt matter", "no problem", "anytime", "it is safe", "sure no worries", "all fine"],
)  # fmt: skip
def test_a_plain_yes_allows_both(text):
    """A plain yes, or both named, and nothing to note."""
    assert answers.safe_contact(text) == SafeContact(True, True, "")


@pytest.mark.parametrize(
    "text", ["ring", "call me", "ring me please", "phone", "yes ring me", "a call is best", "you can call", "landline"]
)
def test_only_ringing_is_named(text):
    """The one channel that is named is allowed, and no other."""
    assert answers.safe_contact(text) == SafeContact(True, False, "")


@pytest.mark.parametrize("text", ["text", "text me", "text please", "yes text is best", "a message is fine", "txt pls"])
def test_only_texting_is_named(text):
    """The one channel that is named is allowed, and no other."""
    assert answers.safe_contact(text) == SafeContact(False, True, "")


@pytest.mark.parametrize(
    "text",
    [
        "text please, not ring", "dont ring, text only", "text me but dont ring", "text is ok but don't ring, my husband answers", "text is ok but don’t ring, my husband answers", "text only dont ring", "dont ring me text me", "no calls, texts are fine",
        "rather text than ring", "text instead of ringing", "no just text", "No. Text me", "im deaf, text me", "calls make me anxious, text please", "never ring. text is fine", "only text", "text not call", "please text, I hate phone calls", "i cant hear well, text me",
    ],
)  # fmt: skip
def test_ringing_is_refused_and_texting_allowed(text):
    """A refused channel stays closed, and the words are noted."""
    assert answers.safe_contact(text) == SafeContact(False, True, text)


@pytest.mark.parametrize(
    "text", ["ring dont text", "ring me, not text", "call me but no texts please", "dont text, ring"]
)
def test_texting_is_refused_and_ringing_allowed(text):
    """The same the other way round."""
    assert answers.safe_contact(text) == SafeContact(True, False, text)


@pytest.mark.parametrize(
    "text",
    [
        "no dont ring my husband is there", "Don’t ring me", "Don't ring me", "dont phone me", "never call me he checks", "no phone calls please", "only when my husband is out", "no", "not safe", "neither", "dont ring or text", "he checks my phone", "you can text but he reads my messages",
        "i dont want them ringing in the morning", "dont ring or text me", "no calls or texts", "email only", "not really", "it isnt safe", "please do not call or text, my partner has my phone", "yes when my husband is out", "my husband is here", "dont ring, dont text",
        "dont you dare ring", "stop ringing", "rather you didnt ring", "no he looks at my phone", "not sure, he might see", "ring but he listens to my calls", "dont leave a message", "unsafe", "dont even text", "I wouldnt ring", "not by phone", "ring or text is not safe",
        "do not ring me and do not text me", "no text me", "never", "why would you ring, he checks my phone", "nobody must know", "write to me", "he's always here", "ring or text? neither", "ring is not safe", "ring my son not me", "texting isnt safe", "text me if he cant see it", "call or text would not be good", "ring or text, no", "ring. no dont",
    ],
)  # fmt: skip
def test_nothing_is_allowed_and_the_words_are_kept(text):
    """A refusal, or a condition without a channel, allows nothing."""
    assert answers.safe_contact(text) == SafeContact(False, False, text)


@pytest.mark.parametrize(
    ("text", "call", "texting"),
    [
        ("ring when my husband is out", True, False),
        ("ring or text but only after 5", True, True),
        ("text after 9, she goes to work then", False, True),
        ("yes after 5", True, True),
        ("call or text is fine but no emails", True, True),
        ("ring but dont leave a message", True, False),
        ("yes mornings", True, True),
        ("can you text when he is out?", False, True),
        ("ring me but not in the morning", True, False),
        ("text me, unless its sunday", False, True),
    ],
)
def test_a_condition_is_kept_as_a_note(text, call, texting):
    """Whatever somebody adds to a channel goes to the team in their own words."""
    found = answers.safe_contact(text)
    assert found == SafeContact(call, texting, text)


@pytest.mark.parametrize(
    "text",
    [
        "hmm",
        "dunno",
        "",
        "not sure",
        "why",
        "what do you mean",
        "is it private",
        "maybe",
        "idk",
        "what is safe?",
        "who will ring",
        "will they ring me",
        "lovely weather",
        "?",
        "maybe text",
        "do you ring at night",
    ],
)
def test_what_is_not_understood_is_asked_again(text):
    """A doubt or a question is no answer."""
    assert answers.safe_contact(text) is None


def test_the_note_is_at_most_300_characters():
    """Long words are cut, and spaces joined."""
    found = answers.safe_contact("dont  ring " + "because he hears it " * 40)
    assert found is not None and len(found.note) <= 300 and found.note.startswith("dont ring because")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    """Whatever somebody types, the note fits; and a refusal before it never opens ringing."""
    found = answers.safe_contact(text)
    assert found is None or len(found.note) <= 300


@pytest.mark.parametrize(
    "before",
    [
        "dont ",
        "never ",
        "please dont ",
        "no dont ",
        "do not ",
        "Don’t ",
        "i dont want you to ",
        "you must not ",
        "no need to ",
        "i'd rather you didn't ",
    ],
)
@pytest.mark.parametrize("channel", ["ring", "call me", "phone me", "text", "text me", "ring or text me"])
@pytest.mark.parametrize(
    "after",
    [
        "",
        " please",
        " he is here",
        ", my husband answers",
        " ever",
        "!",
        " at home",
        " - he checks",
        " because of my partner",
    ],
)
def test_no_refusal_opens_a_channel(before, channel, after):
    """However a channel is refused, it stays closed, and the words are kept."""
    found = answers.safe_contact(before + channel + after)
    assert found is not None and not found.call and not found.text and found.note


def test_a_yes_with_more_beside_it_is_kept_with_its_words() -> None:
    """Who says that it is safe is believed, and what came with it goes to the team; what could mean harm still closes everything."""
    said = answers.safe_contact("oh yes Linda's ever so good")
    assert said and (said.call, said.text, said.note) == (True, True, "oh yes Linda's ever so good")
    for text in ("yes but he checks it", "yes unless he's in", "ok, not at night", "yes, mum picks up"):
        closed = answers.safe_contact(text)
        assert closed is None or not (closed.call and closed.text) or closed.note
    watched = answers.safe_contact("yes but he checks it")
    assert watched and not watched.call and not watched.text


def test_ones_own_phone_is_no_channel() -> None:
    """ "My own phone" names the thing, not a call."""
    said = answers.safe_contact("either, its my own phone")
    assert said and said.call and said.text
