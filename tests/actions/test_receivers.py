"""Whom a referral goes to: the team of the rules, and confirmed providers, each with a yes or no of its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import next_door, receivers
from actions.episode import PLACE
from actions.hand_over import AskConsent
from actions.receivers import MOST_PROVIDERS
from actions.refer import next_question
from actions.refer_reading import READERS, read_choice
from actions.services import Services
from actions.summary import build_request, summarise
from actions.turn import Turn
from common import encryption
from common.clock import Clock
from common.database import Base, open_database
from referrals.destinations import Destinations, Receiver
from referrals.model import ConsentEvent, Referral
from referrals.submit import ReferralRefused, submit_all
from tests.actions.support import turn
from tests.actions.test_not_asked import KNOWN

ROOT = Path(__file__).resolve().parents[2]
FCP, WARM = ("first_contact_plus", "First Contact Plus"), ("provider", "Warm Homes Test")
HERE: dict[str, Any] = {
    **{key: value for key, value in KNOWN.items() if not key.startswith("consent")},
    "needs": ["energy_warm_home", "food"], "area_kind": "county", "place": "Quorn", "episode": "e1",
}  # fmt: skip


def provider(team: str = WARM[1], by: str = "Test Person", **more: Any) -> Receiver:
    return Receiver("provider", team, confirmed_by=by, **{"needs": ("energy_warm_home",), **more})


def council(area: str, by: str = "Test Person") -> Receiver:
    return Receiver("other_council", f"{area} Test Council", confirmed_by=by, areas=(area,))


def with_receivers(services: Services, *entries: Receiver) -> Services:
    others = Destinations({(one.destination, one.team): one for one in entries})
    return dataclasses.replace(services, team=dataclasses.replace(services.team, others=others))


@pytest.fixture(scope="module")
def shipped() -> Services:
    encryption.use(encryption.Cipher("a secret for these tests only, not for use"))
    db = open_database("sqlite://")
    Base.metadata.create_all(db.engine)
    return Services.load(db, Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


@pytest.fixture(scope="module")
def services(shipped: Services) -> Services:
    return with_receivers(shipped, provider())


def ask(made: Turn, services: Services) -> receivers.Target | None:
    """Put the question about the next receiver, as the action does; None when there is none left."""
    target = receivers.open_target(made, services)
    if target:
        words = services.consent.words(*target.key, made.about_other)
        made.set(consent_offer=receivers.offer_of(target, vars(words).copy()))
    return target


def answered(services: Services, *said: bool, **slots: Any) -> Turn:
    made = turn("yes", form="referral_form", **{**HERE, **slots})
    for one in said:
        assert ask(made, services)
        receivers.answer(made, services, one)
    return made


def keys(made: Turn, services: Services) -> list[tuple[str, str]]:
    return [target.key for target in receivers.targets(made, services)]


@pytest.mark.parametrize(
    ("entry", "slots", "offered"),
    [
        (provider(), {}, True),
        (provider(by=""), {}, False),
        (provider(needs=("smoking",)), {}, False),
        (provider(needs=()), {}, False),
        (provider(areas=("Charnwood",)), {}, True),
        (provider(areas=("Blaby",)), {}, False),
        (provider(areas=("Charnwood",)), {"district": None}, False),
        (provider(), {"red_flags_seen": ["fire_gas"]}, False),
        (provider(), {"area_kind": "city", "district": None}, False),
    ],
)
def test_a_provider_is_offered_by_need_and_area_once_confirmed(
    shipped: Services, entry: Receiver, slots: dict[str, Any], offered: bool
) -> None:
    """Beside the team, never before somebody confirmed it, and never as one more question for somebody in danger."""
    made = turn("ok", form="referral_form", **{**HERE, **slots})
    assert (WARM in keys(made, with_receivers(shipped, entry))) == offered


def test_as_shipped_there_is_one_receiver(shipped: Services) -> None:
    """Nobody is asked twice while no entry is confirmed."""
    assert keys(turn("ok", form="referral_form", **HERE), shipped) == [FCP]


def test_providers_are_few_and_the_chosen_one_comes_first(shipped: Services) -> None:
    """At most so many questions more; whoever runs the service that was picked is asked about first."""
    many = with_receivers(shipped, *(provider(f"Team {letter}") for letter in "ABCD"))
    slots = {**HERE, "shown": {"s1": "Team C"}, "chosen": ["s1"]}
    found = keys(turn("ok", form="referral_form", **slots), many)
    assert len(found) == 1 + MOST_PROVIDERS and found[1] == ("provider", "Team C")


@pytest.mark.parametrize(
    ("said", "sent"),
    [((True, True), [FCP, WARM]), ((True, False), [FCP]), ((False, True), [WARM]), ((False, False), [])],
)
def test_consent_is_for_each_receiver_and_one_no_stops_no_other(
    services: Services, said: tuple[bool, ...], sent: list[tuple[str, str]]
) -> None:
    """What is agreed to is sent, what is refused is not, whichever comes first; two refusals end it."""
    made = answered(services, *said)
    assert made.get("consent") == ("yes" if sent else "no")
    assert [(one["words"]["destination"], one["words"]["team"]) for one in receivers.agreements(made)] == sent


def test_consent_stays_open_between_the_two(services: Services) -> None:
    """After the first answer the question is open again, for the other receiver and as a first try."""
    made = answered(services, True)
    assert made.get("consent") is None and made.asked is None
    assert ask(made, services).key == WARM  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [(True, True), (True, False), (False, True)])
def test_nothing_leaves_without_its_own_consent(services: Services, said: tuple[bool, ...]) -> None:
    """Each stored referral has the words for its own receiver; sent again, nothing is stored twice."""
    made = answered(services, *said, episode=f"e-{said}")
    made.set(full_name="Jo Brown", summary_right="yes")
    requests = [build_request(made, services, one) for one in receivers.agreements(made)]
    now = services.clock.now()
    with services.db.transaction() as session:
        first = submit_all(session, requests, now=now, team=services.team)
    with services.db.transaction() as session:
        assert [one.reference for one in submit_all(session, requests, now=now, team=services.team)] == [
            one.reference for one in first
        ]
    wanted = [key for key, yes in zip((FCP, WARM), said, strict=True) if yes]
    with services.db.reading() as session:
        rows = [session.scalars(select(Referral).where(Referral.reference == one.reference)).one() for one in first]
        assert [(row.destination, row.team) for row in rows] == wanted
        for row in rows:
            (consent,) = session.scalars(select(ConsentEvent).where(ConsentEvent.referral_id == row.id))
            assert consent.receiver == row.team and row.team in consent.words


def test_one_refused_receiver_stops_no_other(services: Services, shipped: Services) -> None:
    """A provider whose entry is gone when it is sent gets nothing; the team gets its own. With none left it is refused."""
    made = answered(services, True, True, episode="e-gone")
    requests = [build_request(made, services, one) for one in receivers.agreements(made)]
    with services.db.transaction() as session:
        stored = submit_all(session, requests, now=services.clock.now(), team=shipped.team)
        assert len(stored) == 1
    with services.db.transaction() as session, pytest.raises(ReferralRefused, match="not_a_receiver"):
        submit_all(session, requests[1:], now=services.clock.now(), team=shipped.team)


def test_the_read_back_names_every_receiver(services: Services) -> None:
    """ "It goes to A and B"; a refused one is not named."""
    both = summarise(answered(services, True, True), services)
    assert "It goes to First Contact Plus and Warm Homes Test." in both
    assert "Warm Homes" not in summarise(answered(services, True, False), services)


def test_a_need_taken_back_takes_its_provider_with_it(services: Services) -> None:
    """The yes falls with the receiver; the other yes stays as it is."""
    made = answered(services, True, True)
    made.set(needs=["food"])
    receivers.keep_true(made, services)
    assert len(receivers.agreements(made)) == 1 and made.get("consent") == "yes"


def test_a_new_need_asks_about_its_provider(services: Services) -> None:
    """A yes to one team is none to another that comes in later."""
    made = answered(services, True, needs=["food"])
    assert made.get("consent") == "yes"
    made.set(needs=["food", "energy_warm_home"])
    receivers.keep_true(made, services)
    assert made.get("consent") is None
    assert ask(made, services).key == WARM  # type: ignore[union-attr]


@pytest.mark.parametrize("later", [{"red_flags_seen": ["fire_gas"]}, {"needs": ["food"]}])
def test_a_yes_that_fell_with_its_receiver_is_no_consent(services: Services, later: dict[str, Any]) -> None:
    """No to the team, yes to the provider, and the provider falls away: nothing is agreed, so the question is open again."""
    made = answered(services, False, True, full_name="Jo Brown", person_stage="done")
    made.set(**later)
    assert next_question(made, services) == "consent"
    assert receivers.agreements(made) == [] and made.get("consent_given_at") is None
    assert ask(made, services).key == FCP  # type: ignore[union-attr]


def test_an_answered_provider_is_not_pushed_out_by_a_later_pick(shipped: Services) -> None:
    """With more providers than are asked about, a yes stays when another one's service is picked, and no third is asked about."""
    many = with_receivers(shipped, *(provider(f"Team {letter}") for letter in "ABC"))
    made = answered(many, True, True, True)
    made.set(shown={"s1": "Team C"}, chosen=["s1"])
    receivers.keep_true(made, many)
    assert [one["words"]["team"] for one in receivers.agreements(made)] == [FCP[1], "Team A", "Team B"]
    assert made.get("consent") == "yes" and receivers.open_target(made, many) is None


async def buttons(made: Turn, services: Services) -> dict[str, str]:
    """What the consent question puts: value by label."""
    say = CollectingDispatcher()
    await AskConsent(services).ask(say, made)
    return {one["title"]: one["payload"] for one in say.messages[0]["buttons"]}


def pressed(made: Turn, payload: str, **slots: Any) -> Turn:
    known = {**HERE, **{slot: made.get(slot) for slot in ("agreed", "consent", "consent_offer", "consent_given_at")}}
    return turn(
        "x", form="referral_form", entities=[("choice", payload)], **{**known, "requested_slot": "consent", **slots}
    )


async def test_a_button_is_a_yes_to_the_receiver_it_was_shown_for(services: Services) -> None:
    """Pressed twice, the yes for the first team is none for the second; the labels say which is which."""
    made = turn("x", form="referral_form", **HERE)
    first = await buttons(made, services)
    assert list(first) == ["I agree: First Contact Plus", "I don't agree: First Contact Plus"]
    yes, no = first.values()
    made = pressed(made, yes)
    assert read_choice(made, services) and made.get("consent") is None
    second = await buttons(made, services)
    assert next(iter(second)) == "I agree: Warm Homes Test" and yes not in second.values()
    for late in (yes, "consent=yes"):
        again = pressed(made, late)
        assert read_choice(again, services) and again.get("consent") is None and again.corrected
        assert len(receivers.agreements(again)) == 1
    taken_back = pressed(made, no)
    assert read_choice(taken_back, services) and receivers.agreements(taken_back) == []
    agreed = pressed(made, next(iter(second.values())))
    assert read_choice(agreed, services) and agreed.get("consent") == "yes" and len(receivers.agreements(agreed)) == 2


async def test_a_button_of_an_earlier_version_counts_with_one_receiver(shipped: Services) -> None:
    """It named nobody: with one receiver it can mean no other, and the labels stay short."""
    made = turn("x", form="referral_form", **HERE)
    assert list(await buttons(made, shipped)) == ["I agree", "I don't agree"]
    made = pressed(made, "consent=yes")
    assert read_choice(made, shipped) and made.get("consent") == "yes"


@pytest.mark.parametrize(
    ("text", "counts"), [("I agree: First Contact Plus", False), ("I agree: Warm Homes Test", True)]
)
async def test_a_typed_yes_to_another_receiver_is_none_to_this_one(services: Services, text: str, counts: bool) -> None:
    """The label of the earlier question, sent as text, names the other team."""
    made = answered(services, True)
    ask(made, services)
    known = {slot: made.get(slot) for slot in ("agreed", "consent_offer")}
    said = turn(text, "affirm", form="referral_form", **{**HERE, **known, "requested_slot": "consent"})
    assert READERS["consent"](said, services) == counts
    assert (said.get("consent") == "yes") == counts


def test_going_back_asks_about_each_again(services: Services) -> None:
    """ "Go back" to the consent opens every one of the questions."""
    made = answered(services, True, True)
    made.set(consent=None)
    receivers.ask_all_again(made, services)
    assert ask(made, services).key == FCP  # type: ignore[union-attr]


def test_a_chat_of_an_earlier_version_keeps_its_yes(shipped: Services) -> None:
    """Its one consent stands in two slots; it is not asked again."""
    old = turn("send", form="referral_form", **KNOWN)
    assert receivers.open_target(old, shipped) is None and len(receivers.agreements(old)) == 1


@pytest.mark.parametrize(
    ("kind", "area", "by", "takes"),
    [
        ("city", None, "Test Person", True),
        ("rutland", "Rutland", "Test Person", False),
        ("outside", "Warwickshire", "Test Person", False),
        ("city", "Leicester", "", False),
    ],
)
def test_another_council_takes_its_own_people_once_confirmed(
    shipped: Services, kind: str, area: str | None, by: str, takes: bool
) -> None:
    """By where they live; the same yes as for any receiver."""
    made = turn("ok", form="referral_form", **{**HERE, "area_kind": kind, "area": area, "district": None})
    found = keys(made, with_receivers(shipped, council("Leicester", by)))
    assert (found[0] == ("other_council", "Leicester Test Council")) == takes


def test_nobody_under_18_goes_to_another_council(shipped: Services) -> None:
    """Their own door comes before every receiver."""
    made = turn("ok", form="referral_form", **{**HERE, "area_kind": "city", "adult": "no"})
    assert keys(made, with_receivers(shipped, council("Leicester")))[0][0] == "under_18"


def test_a_no_to_another_council_forgets_the_place(shipped: Services) -> None:
    """The next person helped in this chat may live in the county: nobody inherits a place that was only for the other door."""
    place = {"area_kind": "city", "area": None, "district": None, "place": "Leicester", "sector": "LE1"}
    said = turn("no thanks", "deny", **{**HERE, **place, "outcome": "own_door", "door_offer": "offered"})
    assert next_door.declined(CollectingDispatcher(), said, with_receivers(shipped, council("Leicester")))
    assert {slot: said.get(slot) for slot in PLACE} == dict.fromkeys(PLACE)
