"""Crisis replies: the right number first, within limits, in every place, at every hour, on every channel."""

from __future__ import annotations

import re
from itertools import combinations, product

import pytest
import yaml

from safety.contacts import Contacts
from safety.data import SafetyDataError
from safety.patterns import FLAGS
from safety.replies import Replies
from safety.sms import room, septets
from safety.wording import AREAS
from tests.safety.conftest import DATA

PLACES = (*AREAS, None)
STATES = (True, False, None)
INVITATIONS = re.compile(r"\b(YES|NO|STOP|END|CANCEL|QUIT|HELP|INFO|START|UNSUBSCRIBE|STOPALL)\b")
COUNTY = {
    "medical_emergency": "999",
    "fire_gas": "999",
    "suicide_self_harm": "999",
    "threat_to_others": "999",
    "child_at_risk": "999",
    "abuse_now": "999",
    "adult_safeguarding": "999",
    "homeless_tonight": "0116 288 8961",
}


def reply(replies, *flags, area="Oadby and Wigston", channel="web", open=True, young=False):
    return replies.for_flags(flags, area=area, channel=channel, is_open=lambda _: open, young=young)


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?]) ", text) if part]


@pytest.mark.parametrize(("flag", "channel"), list(product(FLAGS, ("web", "sms", "terminal"))))
def test_the_number_comes_within_two_sentences(replies, flag, channel):
    """At most one kind sentence stands before the number to ring."""
    assert COUNTY[flag] in " ".join(sentences(reply(replies, flag, channel=channel))[:2])


@pytest.mark.parametrize("flag", FLAGS)
def test_a_text_fits_everywhere_at_every_hour(replies, flag):
    """Every text is GSM-7 and at most three segments long, for each area, open or closed, young or not."""
    for area, state, young in product(PLACES, STATES, (True, False)):
        text = reply(replies, flag, area=area, channel="sms", open=state, young=young)
        size = septets(text)
        assert size is not None and size <= room(3), (area, state, young, text)


def test_texts_for_several_dangers_fit_too(replies):
    """Two and three flags at once, and all of them, still fit, with the most urgent number first."""
    for count in (2, 3, len(FLAGS)):
        for flags in combinations(FLAGS, count):
            for area in ("Melton", "Leicester", None):
                text = reply(replies, *flags, area=area, channel="sms", open=None)
                assert septets(text) <= room(3), text
                assert "999" in text


@pytest.mark.parametrize(("flag", "area", "channel"), list(product(FLAGS, PLACES, ("web", "sms"))))
def test_what_every_reply_says(replies, flag, area, channel):
    """It cannot call, nobody watches, a person is offered, the chat goes on, no question, no invitation to send a keyword,
    nothing unfilled."""
    text = reply(replies, flag, area=area, channel=channel, open=False)
    assert "can't call for help" in text
    assert re.search(r"nobody (is watching|watches)", text)
    assert "person" in sentences(text)[-1] + sentences(text)[-2]
    assert "go on" in text
    assert "?" not in text
    assert not INVITATIONS.search(text)
    assert "{" not in text and "  " not in text


@pytest.mark.parametrize("flag", FLAGS)
def test_sentences_are_short(replies, flag):
    """25 words at most in a sentence (numbers of a list of councils aside)."""
    for channel in ("web", "sms"):
        for sentence in sentences(reply(replies, flag, area="Harborough", channel=channel)):
            words = [word for word in sentence.split() if not re.fullmatch(r"[\d;,.]+", word)]
            assert len(words) <= 25, sentence


@pytest.mark.parametrize(("area", "state"), list(product(PLACES, STATES)))
def test_a_text_about_abuse_names_no_service_and_no_abuse(replies, area, state):
    """Somebody else may read the text."""
    text = reply(replies, "abuse_now", area=area, channel="sms", open=state)
    assert not re.search(r"abuse|freeva|refuge|violence|domestic|living without|helpline for women", text, re.I)
    assert "999" in text and "55" in text and "0808 802 0028" in text


def test_a_text_for_abuse_beside_other_dangers_stays_neutral(replies):
    """Also when a more urgent danger leads."""
    for other in FLAGS:
        text = reply(replies, "abuse_now", other, channel="sms")
        assert not re.search(r"abuse|freeva|refuge|violence", text, re.I)


def test_suicide_offers_what_the_policy_asks_for(replies):
    """999, 111 with the mental health option in words, the local line, Samaritans, and a text service."""
    for channel in ("web", "sms"):
        text = reply(replies, "suicide_self_harm", channel=channel)
        for part in ("999", "111", "mental health option", "0808 800 3302", "116 123", "SHOUT to 85258"):
            assert part in text
        assert "option 2" not in text


@pytest.mark.parametrize(
    ("area", "state", "there", "not_there"),
    [
        ("Blaby", True, "0116 305 0004", "0116 305 0888"),
        ("Blaby", False, "0116 305 0888", "0116 305 0004"),
        ("Blaby", None, "0116 305 0888", "0116 454 1004"),
        ("Leicester", False, "0116 454 1004", "0116 305"),
        ("Rutland", None, "01572 758341", "0116 305"),
        (None, True, "0116 454 1004", "0116 305 0888"),
        (None, False, "0116 305 0888", "0116 305 0004"),
        ("Atlantis", False, "0116 305 0888", "0116 305 0004"),
    ],
)
def test_adult_safeguarding_by_place_and_hour(replies, area, state, there, not_there):
    """County residents get the office by day and the emergency duty team otherwise; the city and Rutland their own."""
    text = reply(replies, "adult_safeguarding", area=area, open=state)
    assert there in text and not_there not in text


@pytest.mark.parametrize(
    ("area", "state", "number"),
    [
        ("Blaby", True, "0116 275 0555"),
        ("Charnwood", True, "charnwood.gov.uk"),
        ("Harborough", True, "01858 828282"),
        ("Hinckley and Bosworth", False, "01455 238141"),
        ("Melton", True, "01664 502502"),
        ("North West Leicestershire", None, "01530 833373"),
        ("Oadby and Wigston", True, "0116 288 8961"),
        ("Leicester", True, "0116 454 1008"),
        ("Leicester", False, "0116 221 2770"),
    ],
)
def test_homeless_tonight_gets_the_own_district(replies, area, state, number):
    """Each district's own way in, on both channels, in the first two sentences."""
    for channel in ("web", "sms"):
        assert number in " ".join(
            sentences(reply(replies, "homeless_tonight", area=area, channel=channel, open=state))[:2]
        )


def test_opening_hours_are_asked_with_the_hours_of_the_contact(replies, contacts):
    """`is_open` is asked about the hours in contacts.yml, and the answer chooses the helpline."""
    asked = []

    def shut(hours):
        asked.append(hours)
        return False

    text = replies.for_flags(["abuse_now"], area=None, channel="web", is_open=shut)
    assert contacts.get("freeva").hours in asked
    assert text.index("0808 2000 247") < text.index("0808 802 0028")


@pytest.mark.parametrize(
    "flag", ["suicide_self_harm", "abuse_now", "child_at_risk", "threat_to_others", "homeless_tonight"]
)
def test_a_young_person_gets_childline(replies, flag):
    """Childline stands in the reply to a child or young person, on both channels, once."""
    for channel in ("web", "sms"):
        assert reply(replies, flag, channel=channel, young=True).count("0800 1111") == 1


def test_a_threat_gets_999_a_person_and_the_truth_about_the_record(replies):
    """The writer hears that it is kept."""
    text = reply(replies, "threat_to_others")
    assert "999" in text and "staff can read it" in text


@pytest.mark.parametrize(("flag", "channel", "young"), list(product(FLAGS, ("web", "sms"), (True, False))))
def test_every_reply_says_who_will_see_it_and_that_it_is_not_at_once(replies, flag, channel, young):
    """Staff read it in their working hours: said in every place, at every hour, never left out, after the number to ring."""
    for area, state in product(PLACES, STATES):
        text = reply(replies, flag, area=area, channel=channel, open=state, young=young)
        who = "Grown-ups" if young else "taff can read"
        assert who in text, text
        assert re.search(r"in (their working|work) hours|on work days", text), text
        assert text.index("999" if "999" in text else "0") < text.index(who)
        if channel == "web":
            assert "First Contact Plus" in text and "not straight away" in text


def test_two_dangers_say_who_will_see_it_too(replies):
    """Also where further help had to be left out to fit in a text."""
    for count in (2, 3, len(FLAGS)):
        for flags in combinations(FLAGS, count):
            assert "Staff can read this" in reply(replies, *flags, channel="sms", open=None)


def test_a_text_that_says_who_will_see_it_says_nothing_else(replies):
    """Whoever reads the phone learns neither the team nor why: no name, no danger, no promise of a call."""
    for flag in FLAGS:
        assert "First Contact" not in reply(replies, flag, channel="sms")


def test_most_urgent_first(replies):
    """The order of the flags given does not matter; the most urgent danger leads."""
    one = reply(replies, "homeless_tonight", "fire_gas")
    assert one == reply(replies, "fire_gas", "homeless_tonight")
    assert one.startswith("Get everyone out")


def test_no_known_flag_is_an_error(replies):
    """There is no reply to nothing."""
    with pytest.raises(ValueError):
        replies.for_flags([], area=None, channel="web", is_open=lambda _: None)


def changed(tmp_path, change):
    content = yaml.safe_load((DATA / "red_flag_replies.yml").read_text(encoding="utf-8"))
    change(content)
    (tmp_path / "red_flag_replies.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Ring {phone:nobody}.", "no contact"),
        ("Ring {phone:shelter}.", "not verified"),
        ("Ring 0808 800 3302.", "typed in"),
        ("Ring {phone:streetlink}.", "has no phone"),
        ("Ring {fone:samaritans}.", "placeholder"),
        ("Say {line:nothing}.", "no line"),
        ("Ring us \u2013 now.", "plain text"),
        ("Ring now. " * 60, "longer than"),
    ],
)
def test_wording_that_cannot_be_sent_does_not_load(tmp_path, contacts, sentence, words):
    """A missing or unverified contact, a typed number, a stray letter or a text too long fails loading, by name."""

    def change(content):
        content["flags"]["child_at_risk"]["sms"][0] = sentence

    with pytest.raises(SafetyDataError, match=words):
        Replies.load(changed(tmp_path, change), contacts)


def test_a_line_must_say_something_for_every_area(tmp_path, contacts):
    """No area is forgotten."""

    def change(content):
        content["lines"]["child"].pop()

    with pytest.raises(SafetyDataError, match="unknown"):
        Replies.load(changed(tmp_path, change), contacts)


def test_a_contact_that_loses_its_verification_fails_the_build(tmp_path):
    """Marking a contact unverified stops the replies that name it."""
    text = (DATA / "contacts.yml").read_text(encoding="utf-8")
    head, tail = text.split("  samaritans:")
    (tmp_path / "contacts.yml").write_text(head + "  samaritans:" + tail.replace("verified: yes", "verified: no", 1))
    with pytest.raises(SafetyDataError, match="samaritans"):
        Replies.load(DATA, Contacts.load(tmp_path))
