"""The seam where another provider of identities joins: a made-up one signs somebody in through the same interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from desk.identity import Begun, Identity, Provider, Refused
from desk.model import DeskAudit, StaffAccount
from desk.roles import Role
from tests.desk.conftest import Browser, Office

TEAM = "Local Area Coordination"
PERSON = Identity("county", "00-42", "Priya Shah", frozenset({Role.LAC}), frozenset({TEAM}), second_factor=True)


@dataclass
class County:
    """A provider with pages of its own, as OpenID Connect has them: a code for the address that began, bound to its nonce."""

    person: Identity = PERSON
    key: str = "county"
    label: str = "Sign in with your county account"
    codes: dict[str, Begun] = field(default_factory=dict)

    async def begin(self, begun: Begun) -> str:
        query = {"state": begun.state, "nonce": begun.nonce, "challenge": begun.verifier, "redirect_uri": begun.back}
        return f"https://county.example/authorize?{urlencode(query)}"

    def consent(self, address: str) -> str:
        """The person says yes there; returns the way back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code{len(self.codes)}"
        self.codes[code] = Begun(query["state"], query["nonce"], query["challenge"], query["redirect_uri"])
        return f"{urlsplit(query['redirect_uri']).path}?{urlencode({'code': code, 'state': query['state']})}"

    async def finish(self, answer: Mapping[str, str], begun: Begun, address: str) -> Identity | Refused:
        given = self.codes.pop(answer.get("code", ""), None)
        return self.person if given == begun else Refused.WRONG


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def providers(county: County) -> Sequence[Provider]:
    return (county,)


async def go_there(office: Office, browser: Browser, next: str = "") -> str:
    response = await browser.get(f"/desk/login/with/county?next={next}")
    assert response.status == 303
    return str(response.headers["Location"])


async def test_g11_another_provider_signs_somebody_in_by_the_same_interface(office: Office, county: County):
    """There and back: an account with the roles and teams it says, no password here, no second factor asked again, audited."""
    theirs, other = office.refer_to(TEAM), office.refer()
    browser = office.browser()
    await browser.get("/desk/login")
    assert f'<a href="/desk/login/with/county?next=">{county.label}</a>' in browser.page
    way_back = county.consent(await go_there(office, browser, f"/desk/referrals/{theirs}"))
    response = await browser.get(way_back)
    assert (response.status, response.headers["Location"]) == (303, f"/desk/referrals/{theirs}")
    assert (await browser.get(f"/desk/referrals/{theirs}")).status == 200
    assert (await browser.get(f"/desk/referrals/{other}")).status == 404
    with office.db.reading() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.provider == "county")).one()
        assert (account.subject, account.name, account.password_hash) == ("00-42", "priya.shah", "")
        done = session.scalars(select(DeskAudit.what).where(DeskAudit.object == "account priya.shah")).all()
    assert done == ["account_added", "signed_in"]
    assert (await office.browser().sign_in("priya.shah", "")).status == 401, "no password opens it"


async def test_an_answer_counts_in_the_browser_that_asked_once_and_in_time(office: Office, county: County):
    """Another browser, a changed state, a second use, an answer after ten minutes: nobody is signed in."""
    victim, browser = office.browser(), office.browser()
    way_back = county.consent(await go_there(office, browser))
    assert (await victim.get(way_back)).status == 401
    assert (await browser.get(way_back.replace("state=", "state=x"))).status == 401
    assert (await browser.get(way_back)).status == 401, "the try before used the sign-in up"
    way_back = county.consent(await go_there(office, browser))
    office.clock.advance(timedelta(minutes=11))
    assert (await browser.get(way_back)).status == 401
    way_back = county.consent(await go_there(office, browser))
    assert (await browser.get(way_back)).status == 303
    assert (await browser.get(way_back)).status == 401
    assert (await victim.get("/desk/")).headers["Location"].startswith("/desk/login")


async def test_an_answer_bound_to_another_sign_in_is_refused_by_the_provider(office: Office, county: County):
    """The code of a stranger's sign-in, slipped into mine: nonce and verifier are not mine."""
    stranger, browser = office.browser(), office.browser()
    theirs = parse_qs(urlsplit(county.consent(await go_there(office, stranger))).query)["code"][0]
    mine = county.consent(await go_there(office, browser))
    state = parse_qs(urlsplit(mine).query)["state"][0]
    assert (await browser.get(f"/desk/login/with/county/back?code={theirs}&state={state}")).status == 401


async def test_what_the_provider_says_today_holds(office: Office, county: County):
    """Other roles at the next sign-in: the sessions with the old ones end. No role: nobody gets in, and nobody new is kept."""
    first = office.browser()
    await first.get(county.consent(await go_there(office, first)))
    assert (await first.get("/desk/")).status == 200
    county.person = replace(PERSON, roles=frozenset({Role.EDITOR}), teams=frozenset())
    second = office.browser()
    await second.get(county.consent(await go_there(office, second)))
    assert (await second.get("/desk/catalogue")).status == 200
    assert (await first.get("/desk/")).headers["Location"].startswith("/desk/login")
    for subject in (PERSON.subject, "00-43"):
        county.person = replace(PERSON, subject=subject, roles=frozenset())
        assert (await second.get(county.consent(await go_there(office, second)))).status == 403
    with office.db.reading() as session:
        assert session.scalars(select(StaffAccount.subject).where(StaffAccount.provider == "county")).all() == ["00-42"]


async def test_two_people_are_never_one_name_in_the_audit(office: Office, county: County):
    """A name that a local account or another person has gets a number; one that cannot be a name is made into one."""
    for subject, name in (("1", "Amina"), ("2", "amina"), ("3", "Ünal Ö'Neill"), ("4", "!")):
        county.person = replace(PERSON, subject=subject, name=name)
        browser = office.browser()
        assert (await browser.get(county.consent(await go_there(office, browser)))).status == 303
    with office.db.reading() as session:
        names = session.scalars(select(StaffAccount.name).order_by(StaffAccount.id)).all()
    assert list(names) == ["amina", "bob", "amina-2", "amina-3", "nal.neill", "staff"]


async def test_an_account_that_was_closed_here_stays_closed(office: Office, county: County):
    browser = office.browser()
    await browser.get(county.consent(await go_there(office, browser)))
    with office.db.transaction() as session:
        account = session.scalars(select(StaffAccount).where(StaffAccount.provider == "county")).one()
        account.disabled_at = office.clock.now()
    assert (await browser.get(county.consent(await go_there(office, browser)))).status == 403


@pytest.mark.parametrize("path", ["/desk/login/with/local", "/desk/login/with/nobody", "/desk/login/with/nobody/back"])
async def test_a_provider_that_is_not_there_is_nothing(office: Office, path: str):
    assert (await office.browser().get(path)).status == 404


class TestRequired:
    """Where a second factor is required, one that the provider did not see is set up on the desk."""

    @pytest.fixture
    def env(self, env: dict[str, str]) -> dict[str, str]:
        return {**env, "DESK_SECOND_FACTOR": "required"}

    @pytest.mark.parametrize(("shown", "leads_to"), [(True, "/desk/"), (False, "/desk/account/second-factor")])
    async def test_the_desk_asks_for_its_own(self, office: Office, county: County, shown: bool, leads_to: str):
        county.person = replace(PERSON, second_factor=shown)
        browser = office.browser()
        response = await browser.get(county.consent(await go_there(office, browser)))
        assert response.headers["Location"] == leads_to
