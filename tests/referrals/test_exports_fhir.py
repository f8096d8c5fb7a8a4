"""The FHIR bundle: valid R4, whole in itself, and claiming nothing that is not so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from common.local_data import read_yaml
from referrals.exports.fhir import as_fhir, bundle
from referrals.exports.fhir_parts import LANGUAGES
from tests.referrals.export_support import KINDS, RECEIVED, WORDS, record_of
from tests.referrals.support import DATA
from tests.referrals.test_exports_json import walk

# The profiles of HL7 UK that exist (UK Core, June 2025); a name outside this list would be a claim made up.
UK_CORE = {f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{name}" for name in ("ServiceRequest", "Patient", "Organization", "Consent", "Flag")}  # fmt: skip


def resources(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in content["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_valid_fhir(kind: str):
    """Checked by a library against the classes of R4B, whose resources used here are those of R4."""
    content = as_fhir(record_of(**KINDS[kind]), WORDS)
    parsed = Bundle.model_validate_json(content)
    assert parsed.type == "collection" and len(parsed.entry) >= 4
    read = parsed.model_dump_json().replace("+00:00", "Z")
    assert json.loads(read) == json.loads(content.replace(b"+00:00", b"Z")), "nothing is dropped in reading"


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_whole_in_itself(kind: str):
    """Every reference resolves, no list or object is empty, nothing is null, ids are unique, every time has its zone."""
    content = json.loads(as_fhir(record_of(**KINDS[kind]), WORDS))
    addresses = [entry["fullUrl"] for entry in content["entry"]]
    assert len(set(addresses)) == len(addresses) and all(address.startswith("urn:uuid:") for address in addresses)
    values = walk(content)
    references = [value for path, value in values if path.endswith(".reference")]
    assert references and set(references) <= set(addresses)
    assert not [path for path, value in values if value is None or value == ""]
    assert not re.search(r"\[\s*\]|\{\s*\}", json.dumps(content))
    times = [value for path, value in values if path.endswith(("timestamp", "authoredOn", "dateTime", ".time"))]
    assert len(times) >= 3 and all(datetime.fromisoformat(time).tzinfo for time in times)


def test_it_claims_only_what_is_so():
    """UK Core profiles that exist, no Booking and Referral Standard, no Questionnaire, codes as suggestions with a note."""
    content = bundle(record_of(**KINDS["maximal"]), WORDS)
    claimed = {url for entry in content["entry"] for url in entry["resource"].get("meta", {}).get("profile", [])}
    assert claimed <= UK_CORE and "BARS" not in json.dumps(content).upper()
    assert "Questionnaire" not in json.dumps(content)
    (request,) = resources(content, "ServiceRequest")
    assert request["intent"] == "proposal" and request["priority"] == "urgent"
    assert [code["code"] for code in request["code"]["coding"]] == ["871731000000106", "771491000000104", "390893007"]
    assert all(code["userSelected"] is False for code in request["code"]["coding"])
    notes = " ".join(note["text"] for note in request["note"])
    assert all(f"{code['code']} ({code['display']}) is a suggestion" in notes for code in request["code"]["coding"])


def test_who_asks_is_the_person_or_somebody_for_them():
    """Referred by self is said only of a self-referral."""
    (own,) = resources(bundle(record_of(), WORDS), "ServiceRequest")
    assert own["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "1991000124105"
    assert own["requester"] == own["subject"]
    (other,) = resources(bundle(record_of(**KINDS["third person"]), WORDS), "ServiceRequest")
    assert "extension" not in other and other["requester"] == {"display": "someone else, for them"}


def test_dangers_are_flags_and_unsafe_contact_is_one():
    """A system that shows flags first shows these; without danger there is none."""
    flags = resources(bundle(record_of(**KINDS["unsafe contact"]), WORDS), "Flag")
    assert [flag["code"]["text"] for flag in flags] == ["Abuse now or lately", WORDS.say("unsafe")]
    assert not resources(bundle(record_of(), WORDS), "Flag")


def test_consent_is_a_resource_with_the_exact_words():
    """Active while it stands; taken back, it is inactive and so is the request."""
    record = record_of()
    (consent,) = resources(bundle(record, WORDS), "Consent")
    assert consent["status"] == "active" and consent["provision"]["type"] == "permit"
    taken_back = replace(record, consents=(replace(record.consents[0], withdrawn_at=RECEIVED),))
    content = bundle(taken_back, WORDS)
    assert resources(content, "Consent")[0]["status"] == "inactive"
    assert resources(content, "ServiceRequest")[0]["status"] == "revoked"


def test_hidden_contact_details_are_absent():
    """No number and no address of mail in the patient."""
    (patient,) = resources(bundle(record_of(contact_hidden=True), WORDS), "Patient")
    assert "telecom" not in patient


def test_the_same_referral_has_the_same_ids():
    """A receiver that gets it twice can tell; another referral has others."""
    first, second = bundle(record_of(), WORDS), bundle(record_of(), WORDS)
    assert first == second
    other = bundle(replace(record_of(), reference="W9X-2HM"), WORDS)
    assert not {e["fullUrl"] for e in first["entry"]} & {e["fullUrl"] for e in other["entry"]}


def test_every_language_we_notice_has_its_code():
    """UK Core wants languages by code; a language added to the data fails here until it has one."""
    known = {entry["english"]: key for key, entry in read_yaml(DATA / "languages.yml")["languages"].items()}
    assert {**known, "English": "en"} == LANGUAGES
