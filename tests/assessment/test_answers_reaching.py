"""Names, phones, addresses and times within longer answers."""

from __future__ import annotations

import pytest

from assessment import answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith, Pat", "Pat Smith"),
        ("O'Neill, Mary Jane", "Mary Jane O'Neill"),
        ("its Mary O'Neill love", "Mary O'Neill"),
        ("It’s Mary O’Neill duck", "Mary O’Neill"),
        ("Courtney Love", "Courtney Love"),
        ("07700 900 12", None),
        ("Mr Stop", "Mr Stop"),
        ("mr stop", "mr stop"),
        ("stop", None),
        ("for my mum actually, her name is Jean Hill", "Jean Hill"),
        ("I'm asking for my mum, shes called Joan Price", "Joan Price"),
        ("its for my dad, he's called Bill Hill and he's 82", "Bill Hill"),
        ("hi im Tom Fox, 01530 555123, mornings best", "Tom Fox"),
        ("my name is Bob and my number is 07700900222", "Bob"),
        ("Bob and ring me on 07700900222", "Bob"),
        ("Bob 07700 900222", "Bob"),
        ("Pat Smith pat@example.org", "Pat Smith"),
        ("07700900123 Pat Smith", "Pat Smith"),
        ("for my mum", None),
        ("its for my mum actually", None),
        ("im asking for my mum", None),
        ("Pat actually", "Pat"),
        ("Tom Fox from Quorn", "Tom Fox"),
        ("my name is Ann, why do you want it", "Ann"),
        ("her names Ivy Dale", "Ivy Dale"),
        ("mums name is Jean", "Jean"),
        ("45", None),
        ("im 45", None),
        ("im nearly 45", None),
        ("no", None),
        ("can you help me", None),
        ("i cant pay my bills", None),
        ("Mary, Oadby", "Oadby Mary"),
        ("im Mary, Oadby", "Mary"),
        ("that's enough", None),
        ("12 High Street", None),
        ("Jo, thanks", "Jo"),
        ("Nikita Call", "Nikita Call"),
        ("ring me", None),
        ("change something", None),
        ("Dr. Amy Wu", "Dr. Amy Wu"),
    ],
)  # fmt: skip
def test_a_name_within_more(text, expected):
    """The name alone is taken out of a longer answer; what holds no name gives none."""
    assert answers.name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bob and ring me on 07700900222", ("phone", "07700900222")),
        ("its 07700 900 123 but after 5", ("phone", "07700900123")),
        ("07700 900123 5pm", ("phone", "07700900123")),
        ("hi im Tom Fox, 01530 555123, mornings best", ("phone", "01530555123")),
        ("my name is Bob and my number is 07700900222", ("phone", "07700900222")),
        ("use my daughters pat@example.org please", ("email", "pat@example.org")),
        ("+44 7700 900123 10am", ("phone", "+447700900123")),
        ("07700 900123 or 01530 555123", ("phone", "07700900123")),
        ("ring me on oh dear", None),
        ("im 82 and live at 12 High Street", None),
    ],
)
def test_a_contact_within_more(text, expected):
    """The first phone or address anywhere in an answer; what follows a whole number is no part of it."""
    assert answers.contact(text) == expected


@pytest.mark.parametrize(
    "text",
    ["i havent got a phone", "no phone", "dont have one", "rather not say", "I don’t have one", "ive not got a mobile", "havent got one", "none", "no", "nope", "my phone is broken", "id rather not", "not giving you that", "no number", "its private", "no email", "got no phone", "ive no phone"],
)  # fmt: skip
def test_no_contact(text):
    """Nothing to give, or not willing to give it."""
    assert answers.no_contact(text)


@pytest.mark.parametrize(
    "text",
    ["07700900123", "i dont have a phone, use my sons 07700900123", "no phone calls please", "yes", "mornings", "why", "dont ring me", "no phone but pat@example.org", "i dont have one at home, its 01530 555123", "change something", "no phone messages"],
)  # fmt: skip
def test_a_contact_or_another_matter(text):
    """A contact after all, or words about something else."""
    assert not answers.no_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "mornings", "after 5", "any time", "anytime", "whenever", "not tuesdays", "half five onwards", "weekday evenings", "when im back from work", "tomorrow", "after 5, not Tuesdays", "9-5", "9 to 5", "5pm", "5ish", "10.30", "after six",
        "between 9 and 12", "mon or tues", "after work", "when the kids are at school", "any", "i dont mind", "not fussed", "first thing", "evenings best", "now", "asap", "can you ring after 5?", "mornings?", "how about mornings", "tea time", "when my husband is out",
        "after the school run", "i work nights", "any day but friday", "it doesn't matter", "lunch time", "all day", "12", "im free on mondays", "weekends only", "best in the day",
    ],
)  # fmt: skip
def test_a_time_in_their_own_words(text):
    """Anything about a time or about being free is kept as it was said."""
    assert answers.best_time(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "why", "why?", "no email", "change something", "how does this work", "no", "yes", "ok", "stop", "when will they ring", "what time", "how soon will it be", "07700900123", "im 45", "pat@example.org", "start again", "i have 2 kids", "not now", "my mum keeps falling",
        "is it free", "who will ring", "have a nice day", "help", "", "can i change my name", "Pat Smith", "what do you mean",
    ],
)  # fmt: skip
def test_no_time_said(text):
    """A question, a refusal or another matter is no time."""
    assert answers.best_time(text) is None
