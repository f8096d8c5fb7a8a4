"""The lead reads out or erases all that is held about one person, by reference."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from desk.model import DeskAudit
from front_door.cleaning import EXPORTS
from referrals.model import Referral
from tests.desk.conftest import Browser, Office
from tests.referrals.support import another


async def opened(office: Office) -> Browser:
    browser = await office.signed_in()
    assert (await browser.get("/desk/person")).status == 200
    return browser


def audited(office: Office) -> list[tuple[str, str, str]]:
    with office.db.reading() as session:
        rows = session.scalars(sa.select(DeskAudit).where(DeskAudit.what.startswith("person")).order_by(DeskAudit.id))
        return [(row.who, row.what, row.object) for row in rows]


async def test_everything_is_read_out_as_text_and_for_a_computer(office: Office) -> None:
    """However the reference is typed; who did it is in the audit."""
    reference = office.refer()
    for ending in ("txt", "json"):
        browser = await opened(office)
        response = await browser.post(f"/desk/person/export/{ending}", reference=reference.lower().replace("-", " "))
        assert response.headers["Content-Disposition"] == f'attachment; filename="{reference}.{ending}"'
        assert response.headers["Cache-Control"] == "no-store"
        assert "since Ron died" in browser.page and "+447700900123" in browser.page
    assert json.loads(browser.page)["reference"] == reference
    assert audited(office) == [("amina", "person_exported", reference)] * 2


async def test_somebody_is_erased_when_the_reference_was_typed_twice(office: Office) -> None:
    """A slip erases nothing; another person loses nothing; the audit says who did it and nothing about whom."""
    reference, other = office.refer(), office.refer(another(7))
    folder = office.settings.var_dir / EXPORTS  # copies that were made on the command line
    folder.mkdir(parents=True)
    for one in (reference, other):
        (folder / f"{one}.json").write_text("all of it")
    browser = await opened(office)
    assert (await browser.post("/desk/person/erase", erase=reference, again=other)).status == 400
    assert "Nothing was erased" in browser.page
    assert (await browser.post("/desk/person/erase", erase=reference, again=reference)).status == 200
    assert f"{reference} is erased" in browser.page
    assert [path.name for path in folder.iterdir()] == [f"{other}.json"]
    with office.db.reading() as session:
        assert session.scalars(sa.select(Referral.reference)).all() == [other]
    assert audited(office) == [("amina", "person_erased", reference)]
    assert (await browser.get(f"/desk/referrals/{reference}")).status == 404


async def test_an_unknown_reference_is_said_to_be_unknown(office: Office) -> None:
    """For both forms, and nothing is written down about a slip."""
    forms: dict[str, dict[str, Any]] = {
        "export/txt": {"reference": "nobody"},
        "erase": {"erase": "K7M-4PR", "again": "K7M-4PR"},
    }
    for path, fields in forms.items():
        browser = await opened(office)
        assert (await browser.post(f"/desk/person/{path}", **fields)).status == 404
        assert "There is no referral with this reference" in browser.page
    assert audited(office) == []
