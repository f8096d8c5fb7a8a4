"""Which texts a Local Area Coordinator may read: those of their own teams' referrals."""

from __future__ import annotations

from datetime import timedelta

from desk.roles import Role
from tests.desk.conftest import Office
from tests.desk.test_texts import ONE, TWO, Texting
from tests.referrals.support import given, make_request

MINE, OTHER = "Hill Team", "Valley Team"


def refer(office: Office, conversation: str, team: str) -> str:
    return office.refer(
        make_request(
            idempotency_key=f"{conversation}:{team}",
            conversation=conversation,
            channel="sms",
            destination="lac",
            team=team,
            consent=given("lac", team),
        )
    )


async def test_g12_a_coordinator_reads_the_texts_of_their_own_teams_alone(office: Office) -> None:
    """The list, a conversation and a referral's texts; a conversation that became no referral is not theirs either."""
    nobodys = "3" * 32
    for conversation, words in ((ONE, "words of one"), (TWO, "words of two"), (nobodys, "words of three")):
        texts = Texting(office, conversation)
        texts.receive(words)
        texts.send("Reference and so on", "referral_sent", status=("failed", "unreachable"))
    mine, theirs = refer(office, ONE, MINE), refer(office, TWO, OTHER)
    office.add("lena", Role.LAC, teams=(MINE,))
    lena, amina = await office.signed_in("lena"), await office.signed_in("amina")
    await lena.get("/desk/texts")
    assert mine in lena.page
    assert theirs not in lena.page and TWO not in lena.page and nobodys not in lena.page
    await amina.get("/desk/texts")
    assert all(one in amina.page for one in (mine, theirs, nobodys))
    assert (await lena.get(f"/desk/texts/{ONE}")).headers["Location"] == f"/desk/referrals/{mine}/texts"
    assert (await lena.get(f"/desk/referrals/{mine}/texts")).status == 200 and "words of one" in lena.page
    for path in (f"/desk/texts/{TWO}", f"/desk/texts/{nobodys}", f"/desk/referrals/{theirs}/texts"):
        assert (await lena.get(path)).status == 404, path


async def test_of_two_referrals_of_one_conversation_each_team_is_led_to_its_own(office: Office) -> None:
    """The newest may be another team's: that is not told."""
    Texting(office).receive("words of one")
    mine, theirs = refer(office, ONE, MINE), refer(office, ONE, OTHER)
    office.add("lena", Role.LAC, teams=(MINE,))
    lena = await office.signed_in("lena")
    await lena.get("/desk/texts")
    assert mine in lena.page and theirs not in lena.page
    assert (await lena.get(f"/desk/texts/{ONE}")).headers["Location"] == f"/desk/referrals/{mine}/texts"


async def test_texts_of_others_take_no_place_in_the_list_of_lost_ones(office: Office) -> None:
    """The list ends; a coordinator's own, older than 200 of others, is on it and on their queue."""
    own, mine = Texting(office, ONE), refer(office, ONE, MINE)
    own.send("Reference and so on", "confirmation", status=("failed", "unreachable"))
    office.clock.advance(timedelta(minutes=1))
    others = Texting(office, TWO)
    for _ in range(200):
        others.send("words", "text", status=("failed", "unreachable"))
    office.add("lena", Role.LAC, teams=(MINE,))
    lena = await office.signed_in("lena")
    for path, until in (("/desk/texts", "Conversations by text"), ("/desk/", "<table")):
        await lena.get(path)
        assert f"/desk/referrals/{mine}/texts" in lena.page.partition(until)[0], path
