"""The second factor: setting it up, one code once, recovery codes, limits, and who cannot get in without."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from desk import totp
from desk.limits import FAILURES_PER_NAME, WINDOW
from desk.sessions import CODE_WITHIN
from tests.desk.conftest import Browser, Office
from tests.referrals.support import SATURDAY

CODE_PAGE, ENROL_PAGE = "/desk/login/code", "/desk/account/second-factor"


def code(office: Office, key: str, steps: int = 0) -> str:
    return pyotp.TOTP(key).generate_otp(int(office.clock.now().timestamp()) // 30 + steps)


async def enrol(office: Office, browser: Browser) -> tuple[str, list[str]]:
    """Set it up in this browser; returns the key and the recovery codes."""
    assert (await browser.get(ENROL_PAGE)).status == 200
    key = re.sub(r"\s", "", re.search(r"Key: <strong[^>]*>([A-Z2-7 ]+)<", browser.page)[1])  # type: ignore[index]
    assert (await browser.post(ENROL_PAGE, code=code(office, key))).status == 200
    codes = re.findall(r'<li><span class="reference">([a-z0-9-]+)</span>', browser.page)
    office.clock.advance(timedelta(seconds=30))  # the next code
    return key, codes


async def sign_in(office: Office, name: str = "amina") -> Browser:
    """As far as the password goes."""
    browser = office.browser()
    assert (await browser.sign_in(name, office.passwords[name])).status == 303
    return browser


async def test_g11_with_a_second_factor_the_password_alone_opens_nothing(office: Office):
    """Every page leads to the code; a right code signs in under a new token, and to the page that was wanted."""
    reference = office.refer()
    key, _ = await enrol(office, await office.signed_in())
    browser = office.browser()
    await browser.get(f"/desk/login?next=/desk/referrals/{reference}")
    response = await browser.post(
        "/desk/login", name="amina", password=office.passwords["amina"], next=f"/desk/referrals/{reference}"
    )
    assert response.headers["Location"] == f"{CODE_PAGE}?next=/desk/referrals/{reference}"
    for path in ("/desk/", f"/desk/referrals/{reference}", "/desk/account", ENROL_PAGE, "/desk/nothing"):
        response = await browser.get(path)
        assert (response.status, response.headers["Location"]) == (303, CODE_PAGE), path
    before = {cookie.key: cookie.value for cookie in browser.session.cookie_jar}["desk"]
    await browser.get(f"{CODE_PAGE}?next=/desk/referrals/{reference}")
    assert "Queue</a>" not in browser.page
    response = await browser.post(CODE_PAGE, code=code(office, key), next=f"/desk/referrals/{reference}")
    assert (response.status, response.headers["Location"]) == (303, f"/desk/referrals/{reference}")
    assert (await browser.get(f"/desk/referrals/{reference}")).status == 200
    kept = await office.browser().session.get(f"{office.base}/desk/", cookies={"desk": before}, allow_redirects=False)
    assert kept.status == 303 and kept.headers["Location"].startswith("/desk/login")


async def test_g11_one_code_never_works_twice_and_one_step_of_drift_is_forgiven(office: Office):
    """A code that was used, or is older than one that was used, is refused; one step before or after now fits."""
    key, _ = await enrol(office, await office.signed_in())
    for steps, status in ((-1, 401), (0, 303), (0, 401), (-1, 401), (1, 303), (2, 401), (-3, 401)):
        # -1 first: it is the code that set the factor up
        browser = await sign_in(office)
        await browser.get(CODE_PAGE)
        assert (await browser.post(CODE_PAGE, code=code(office, key, steps))).status == status, steps


async def test_g11_the_same_code_in_two_browsers_at_once_lets_one_in(office: Office):
    key, _ = await enrol(office, await office.signed_in())
    browsers = [await sign_in(office) for _ in range(4)]
    for browser in browsers:
        await browser.get(CODE_PAGE)
    responses = await asyncio.gather(*(browser.post(CODE_PAGE, code=code(office, key)) for browser in browsers))
    assert sorted(response.status for response in responses) == [303, 401, 401, 401]


async def test_g11_wrong_codes_are_counted_and_a_right_password_does_not_begin_afresh(office: Office):
    """Ten wrong codes close it for a quarter of an hour, however often the password is typed in between."""
    key, _ = await enrol(office, await office.signed_in())
    for number in range(FAILURES_PER_NAME):
        if number % 3 == 0:
            browser = await sign_in(office)
            await browser.get(CODE_PAGE)
        assert (await browser.post(CODE_PAGE, code="000000")).status == 401
    assert (await browser.post(CODE_PAGE, code=code(office, key))).status == 429
    office.clock.advance(WINDOW + timedelta(seconds=1))
    browser = await sign_in(office)
    await browser.get(CODE_PAGE)
    assert (await browser.post(CODE_PAGE, code=code(office, key))).status == 303


async def test_g11_each_of_ten_recovery_codes_works_once(office: Office):
    """Typed from paper in any case, with or without dashes; they are shown once and stored hashed."""
    key, codes = await enrol(office, await office.signed_in())
    assert len(set(codes)) == 10
    with office.db.reading() as session:
        stored = str(session.execute(text("SELECT code_sha256 FROM staff_recovery_code")).all())
        assert not any(one in stored for one in codes)
        assert key.encode() not in session.scalar(text("SELECT totp_key FROM staff_account WHERE name = 'amina'"))
    for given_code, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 401), (codes[1], 303)):
        browser = await sign_in(office)
        await browser.get(CODE_PAGE)
        assert (await browser.post(CODE_PAGE, code=given_code)).status == status
    await browser.get("/desk/account")
    assert "8 recovery codes left" in browser.page
    assert (await browser.post("/desk/account/recovery-codes", code="000000")).status == 401
    await browser.get("/desk/account")
    assert (await browser.post("/desk/account/recovery-codes", code=code(office, key))).status == 200
    browser = await sign_in(office)
    await browser.get(CODE_PAGE)
    assert (await browser.post(CODE_PAGE, code=codes[2])).status == 401, "the old ones stop working"


async def test_the_time_for_the_code_is_short(office: Office):
    """Who has only the password does not keep a half-open door all day."""
    await enrol(office, await office.signed_in())
    browser = await sign_in(office)
    office.clock.advance(CODE_WITHIN + timedelta(seconds=1))
    assert (await browser.get(CODE_PAGE)).headers["Location"].startswith("/desk/login?")


async def test_setting_it_up_signs_out_every_other_browser(office: Office):
    other, browser = await office.signed_in(), await office.signed_in()
    await enrol(office, browser)
    assert (await browser.get("/desk/account")).status == 200
    assert (await other.get("/desk/account")).status == 303


async def test_a_wrong_first_code_sets_nothing_up(office: Office):
    """The key stays the same until it is confirmed, and the password alone still signs in."""
    browser = await office.signed_in()
    await browser.get(ENROL_PAGE)
    key = re.search(r"Key: <strong[^>]*>([^<]+)<", browser.page)
    assert (await browser.post(ENROL_PAGE, code="000000")).status == 422
    assert key and key[1] in browser.page
    assert (await (await sign_in(office)).get("/desk/account")).status == 200


async def test_the_picture_is_served_by_the_desk_and_gone_once_set_up(office: Office):
    """An image of our own (the policy allows no other), holding the address that apps read; the key stands as text too."""
    browser = await office.signed_in()
    await browser.get(ENROL_PAGE)
    assert f'<img class="qr" src="{ENROL_PAGE}/picture.svg"' in browser.page
    response = await browser.get(f"{ENROL_PAGE}/picture.svg")
    assert response.content_type == "image/svg+xml" and "<svg" in browser.page and "<script" not in browser.page
    await enrol(office, browser)
    assert (await browser.get(f"{ENROL_PAGE}/picture.svg")).status == 404
    assert (await browser.get(ENROL_PAGE)).status == 303


class TestRequired:
    """Where it is required, nobody without one reaches anything but setting it up."""

    @pytest.fixture
    def env(self, env: dict[str, str]) -> dict[str, str]:
        return {**env, "DESK_SECOND_FACTOR": "required"}

    async def test_g11_who_has_none_sets_it_up_first(self, office: Office):
        reference = office.refer()
        browser = office.browser()
        response = await browser.sign_in("amina", office.passwords["amina"])
        assert response.headers["Location"] == ENROL_PAGE
        for path in ("/desk/", f"/desk/referrals/{reference}", "/desk/account", "/desk/accounts", "/desk/audit"):
            response = await browser.get(path)
            assert (response.status, response.headers["Location"]) == (303, ENROL_PAGE), path
        await enrol(office, browser)
        assert (await browser.get(f"/desk/referrals/{reference}")).status == 200


@given(off=st.integers(-3, 3), last=st.integers(-3, 3), seconds=st.integers(0, 29))
def test_a_step_fits_when_it_is_beside_now_and_after_the_last(off: int, last: int, seconds: int):
    """For every offset: accepted exactly when at most one step away and newer than the last one used."""
    now = SATURDAY + timedelta(seconds=seconds - SATURDAY.timestamp() % 30)
    current, key = int(now.timestamp()) // 30, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    found = totp.used_step(key, pyotp.TOTP(key).generate_otp(current + off), now, current + last)
    assert found == (current + off if abs(off) <= 1 and off > last else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34", "123456\0"])
def test_what_is_no_code_is_refused(typed: str):
    assert totp.used_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", typed, SATURDAY, 0) is None
