"""Forged forms, headers, cookies and errors."""

from __future__ import annotations

import logging
import re
import uuid

import pytest
from sqlalchemy import text

from desk.security import HEADERS
from referrals import handling
from tests.desk.conftest import Office
from tests.referrals.support import another


@pytest.mark.parametrize("token", ["", "wrong", "ü", "x" * 10000])
async def test_a_form_without_its_token_is_refused(office: Office, token: str):
    """Every POST route: 403, and nothing is changed."""
    reference = office.refer()
    browser = await office.signed_in()
    await browser.get("/desk/")
    posts = [r.resource.canonical for r in office.app.router.routes() if r.method == "POST" and r.resource]
    assert len(posts) >= 6
    parts = {"reference": reference, "field": "name", "pair": "1"}
    for path in posts:
        filled = re.sub(r"\{(\w+)\}", lambda part: parts.get(part[1], str(uuid.UUID(int=0))), path)
        response = await browser.post(filled, token=token, read="yes")
        assert response.status == 403, path
    with office.db.reading() as session:
        referral = handling.find(session, reference)
        assert referral is not None and [e.what for e in referral.events] == ["received"]


async def test_the_token_of_one_browser_is_no_use_in_another(office: Office):
    """Tokens are bound to the session."""
    reference = office.refer()
    amina, bob = await office.signed_in("amina"), await office.signed_in("bob")
    await amina.get(f"/desk/referrals/{reference}")
    bob.page = amina.page
    assert (await bob.post(f"/desk/referrals/{reference}/take")).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
async def test_a_form_from_another_site_is_refused(office: Office, origin: str):
    """Even with a good token."""
    reference = office.refer()
    browser = await office.signed_in()
    await browser.get(f"/desk/referrals/{reference}")
    response = await browser.post(f"/desk/referrals/{reference}/take", headers={"Origin": origin})
    assert response.status == 403


async def test_our_own_origin_is_accepted(office: Office):
    """The public address always; outside production the address that was used as well."""
    browser = await office.signed_in()
    for number, origin in enumerate((office.settings.public_base_url, office.base)):
        reference = office.refer(another(number))
        await browser.get(f"/desk/referrals/{reference}")
        response = await browser.post(f"/desk/referrals/{reference}/take", headers={"Origin": origin})
        assert response.status == 303


async def test_every_answer_carries_the_headers(office: Office):
    """Pages, redirects, errors and the style sheet: never stored, never framed, no script but files of our own."""
    browser = await office.signed_in()
    pages = ("/desk/", "/desk", "/desk/login", "/desk/data", "/desk/nothing", "/desk/static/desk.css")
    files = ("/desk/catalogue", "/desk/catalogue/unmet.csv", "/desk/catalogue/services.csv")
    for path in pages + files:
        response = await browser.get(path)
        for name, value in HEADERS.items():
            assert response.headers.get(name) == value, (path, name)
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_pages_hold_no_script_of_their_own_and_no_stranger(office: Office):
    """Scripts are files of ours, which every page works without; no inline style, nothing from another host."""
    reference = office.refer()
    browser = await office.signed_in()
    tabs = ("", "/reports", "/duplicates", "/unmet", "/sources", "/import", "/spreadsheet")
    pages = ("/desk/", f"/desk/referrals/{reference}", "/desk/data", "/desk/login")
    for path in (*pages, *(f"/desk/catalogue{tab}" for tab in tabs)):
        await browser.get(path)
        page = re.sub(r'<script src="/desk/static/[a-z]+\.js" defer></script>', "", browser.page)
        assert "<script" not in page and "style=" not in browser.page and "//" not in browser.page


async def test_a_failure_says_nothing_and_logs_nothing_personal(office: Office, caplog: pytest.LogCaptureFixture):
    """A record that cannot be decrypted: an error page without details, and the log has the kind of error only."""
    office.refer()
    browser = await office.signed_in()
    with office.db.transaction() as session:
        session.execute(text("UPDATE referral SET packet = X'00', promise_text = 'Test Resident'"))
    with caplog.at_level(logging.DEBUG):
        assert (await browser.get("/desk/")).status == 500
    assert "Something went wrong" in browser.page and "Resident" not in browser.page
    assert "desk page failed: route=queue error=" in caplog.text and "Resident" not in caplog.text


async def test_a_wrong_method_is_a_plain_error(office: Office):
    """405 with a page, for staff."""
    browser = await office.signed_in()
    await browser.get("/desk/")
    response = await browser.post("/desk/data")
    assert response.status == 405 and "Go back to the queue" in browser.page


class TestOverHttps:
    """Behind https the cookies are Secure and pinned to the host."""

    @pytest.fixture
    def env(self, env: dict[str, str]) -> dict[str, str]:
        return {**env, "PUBLIC_BASE_URL": "https://help.example.org", "ENVIRONMENT": "production"}

    async def test_cookies_are_host_cookies(self, office: Office):
        """__Host- prefix, Secure, Path=/ and no Domain, for the form and the session cookie."""
        browser = office.browser()
        response = await browser.get("/desk/login")
        cookies = response.headers.getall("Set-Cookie")
        assert len(cookies) == 1 and cookies[0].startswith("__Host-desk-form=")
        assert all(part in cookies[0] for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookies[0]

    async def test_only_the_public_origin_counts(self, office: Office):
        """In production the address behind the proxy is no origin of ours."""
        browser = office.browser()
        response = await browser.get("/desk/login")
        cookie = response.headers["Set-Cookie"].split(";")[0]
        form = browser.page
        for origin, status in ((office.base, 403), ("https://help.example.org", 401)):
            headers, browser.page = {"Origin": origin, "Cookie": cookie}, form
            assert (await browser.post("/desk/login", headers=headers, name="a", password="b")).status == status
