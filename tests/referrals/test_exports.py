"""The same facts stand in all five forms."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from desk.contact import HIDDEN, hide
from referrals.exports.formats import FORMATS
from referrals.exports.record import ExportRecord, instant
from tests.referrals.export_support import KINDS, MAKERS, WORDS, facts, found_in, record_of, squeeze
from tests.referrals.support import make_request

Made = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """Every kind of referral in every form, made once."""
    yield {
        kind: {form: make(record_of(**changes), WORDS) for form, make in MAKERS.items()}
        for kind, changes in KINDS.items()
    }


def test_the_five_forms_are_those_that_the_desk_offers():
    """None is tested that is not offered, none offered that is not tested."""
    assert {name: form.make for name, form in FORMATS.items()} == MAKERS


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_facts_are_in_every_form(made: Made, kind: str, form: str):
    """Every fact of the request is found in each form; of letters that paper lacks, see the test of the PDF."""
    text = found_in(form, made[kind][form])
    request = make_request(**KINDS[kind])
    wanted = facts(request)
    if (kind, form) == ("other script", "pdf"):
        wanted.remove(request.own_words)
    missing = [fact for fact in wanted if squeeze(fact) not in text]
    assert not missing, missing
    if request.contact_method == "phone":
        assert squeeze("07700 900123") in text or "+447700900123" in text


@pytest.mark.parametrize("kind", KINDS)
def test_letters_that_paper_lacks_are_never_lost_silently(made: Made, kind: str):
    """The PDF carries the plain text letter for letter as a file; where letters were replaced, the page says by what and where to look."""
    pdf = PdfReader(io.BytesIO(made[kind]["pdf"]))
    assert pdf.attachments["K7M-4PR.txt"][0] == made[kind]["text"]
    text = found_in("pdf", made[kind]["pdf"])
    assert (squeeze("stand in square brackets") in text) is (kind == "other script")
    if kind == "other script":
        assert squeeze("[Gujarati: 12 letters], please") in text and squeeze("Zofia Żółć") in text


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("method", ["phone", "email", "other"])
def test_d5_no_contact_details_in_any_form_before_the_rules_were_read(form: str, method: str):
    """Neither where systems look for them, nor in what the person typed; the rules themselves stand there, and that something is left out."""
    value = {"phone": "+447700900123", "email": "ron@example.org", "other": "the flat above the baker"}[method]
    typed = "ring 07700 900123 or ron@example.org"
    shown = record_of(
        contact_method=method, contact_value=value, own_words=typed, best_time=typed, red_flags=("abuse_now",)
    )
    hidden = ExportRecord(**{**vars(shown), "packet": hide(shown.packet), "contact_hidden": True})
    content = MAKERS[form](hidden, WORDS)
    text = found_in(form, content)
    for secret in ("900123", "ron@example.org", squeeze("above the baker")):
        assert secret not in text and secret.encode() not in content, secret
    assert squeeze(HIDDEN) in text
    if form in ("text", "pdf", "fhir"):
        assert squeeze(WORDS.say("hidden")) in text
    if form == "pdf":
        assert b"900123" not in PdfReader(io.BytesIO(content)).attachments["K7M-4PR.txt"][0]


def test_control_characters_do_not_reach_a_file():
    """A null, an escape, a carriage return: what can be read stays, the rest goes."""
    record = record_of(own_words="one\x00two\x1b[31m\r\nthree\x85")
    for form, make in MAKERS.items():
        content = make(record, WORDS)
        assert squeeze("onetwo[31m three") in found_in(form, content), form
        if form in ("text", "json", "fhir"):
            assert not any(control in content for control in (b"\x00", b"\x1b", b"\\u0000", b"\\u001b")), form


def test_a_time_without_its_zone_is_refused():
    """A zoneless time means another moment to each reader."""
    record = record_of()
    assert json.loads(MAKERS["json"](record, WORDS))["received_at"] == "2026-11-21T10:30:00+00:00"
    with pytest.raises(ValueError, match="zone"):
        instant(record.created_at.replace(tzinfo=None))
