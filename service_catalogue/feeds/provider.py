"""Who runs a service, where it can be written to, and in which languages."""

from __future__ import annotations

from typing import Any

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain
from service_catalogue.feeds.naming import canonical, organization_of
from service_catalogue.feeds.phones import without_numbers
from service_catalogue.feeds.terms import Crosswalk
from service_catalogue.feeds.values import Json, as_list, first_of, objects, text, whole_id
from service_catalogue.feeds.web_names import email, url

Row = dict[str, Any]


def organization_row(record: Json, crosswalk: Crosswalk, findings: Findings) -> Row:
    """Columns of model.Organization; `given_name` is what the record itself calls it."""
    given = organization_of(record)
    identifier = whole_id(given.get("id")) or whole_id(given.get("_id")) or whole_id(record.get("organization_id"))
    name = text(plain(given.get("name"))[0], 300)
    if not name:
        findings.add("no_organization" if not identifier else "organization_without_name", "organization")
    about = without_numbers(plain(given.get("description"))[0], crosswalk.number_left_out)
    ids = [
        {key: text(row.get(key), 100) for key in ("identifier_scheme", "identifier_type", "identifier")}
        for row in objects(given.get("organization_identifiers"))
    ]
    return {
        "external_id": canonical(identifier),
        "given_name": name,
        "name": name or crosswalk.unknown_provider,
        "description": about,
        "email": email(given.get("email"), "organization.email", findings),
        "website": url(first_of(given, "website", "url", "uri"), "organization.website", findings),
        "extra": {"identifiers": ids[:10]} if ids else {},
    }


def service_mail(record: Json, findings: Findings) -> str:
    """The service's own address, else the first one of its contacts."""
    own = email(record.get("email"), "email", findings)
    holders = [*objects(record.get("contacts"))]
    holders += [
        contact for where in objects(record.get("service_at_locations")) for contact in objects(where.get("contacts"))
    ]
    found = (email(one.get("email"), "contacts.email", findings) for one in holders)
    contacts = [address for address in found if address]
    return own or next(iter(contacts), "")


def languages_of(record: Json) -> list[Row]:
    rows: dict[str, Row] = {}
    for entry in as_list(record.get("languages")):
        said = entry if isinstance(entry, dict) else {"name": entry}
        name = text(first_of(said, "name", "language"), 100) or text(said.get("code"), 20)
        if name:
            rows.setdefault(name, {"name": name, "code": text(said.get("code"), 20)})
    return list(rows.values())[:40]
