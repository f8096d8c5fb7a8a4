"""Synthetic records of every dialect, made up for these tests. Nobody and nothing in them exists."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]
ONE = "7b1f6a52-0f1a-4d0e-9a3a-000000000001"


def v3(number: int = 1, **changes: Any) -> Json:
    """ORUK 3.0, full. `number` makes the id."""
    record: Json = {
        "id": f"7b1f6a52-0f1a-4d0e-9a3a-{number:012}",
        "name": f"Tea and Talk {number}",
        "description": "<p>Company&nbsp;and tea.</p><ul><li>Cake</li><li>Games</li></ul>",
        "url": "www.tea.example.org",
        "email": " hello@tea.example.org ",
        "status": "active",
        "minimum_age": 18,
        "maximum_age": -1,
        "assured_date": "2026-09-01",
        "last_modified": "2026-09-02T10:00:00.123",
        "organization": {"id": "org-1", "name": "Village Friends", "description": "Friends.", "website": "https://friends.example.org"},
        "schedules": [{"id": "s1", "freq": "WEEKLY", "interval": 1, "byday": "TU,TH", "opens_at": "10:00Z", "closes_at": "12:00Z"}],
        "service_areas": [{"id": "a1", "name": "Leicestershire", "uri": "http://example.com"}],
        "service_at_locations": [
            {
                "id": "sal-1",
                "location": {
                    "id": "loc-1", "location_type": "physical", "name": "Village Hall", "latitude": 52.77, "longitude": -1.2,
                    "addresses": [{"id": "ad-1", "address_1": "1 High Street", "city": "Loughborough", "postal_code": "le11 3tu", "address_type": "physical"}],
                    "accessibility": [{"id": "ac-1", "description": "Wheelchair access. Hearing loop."}],
                },
            }
        ],
        "phones": [{"id": "p1", "number": "0116 496 0001", "description": "Office"}],
        "cost_options": [{"id": "c1", "option": "Adults", "amount": 2.5, "amount_description": "a session"}],
        "languages": [{"id": "l1", "name": "Polish", "code": "pl"}],
        "attributes": [{"id": "t1", "link_type": "topic", "taxonomy_term": {"id": "tt1", "name": "Loneliness", "description": "x", "taxonomy": "topics"}}],
    }  # fmt: skip
    return {**copy.deepcopy(record), **changes}


def v1(number: int = 1, **changes: Any) -> Json:
    """ORUK 1.0, a detail."""
    record: Json = {
        "id": f"8b1f6a52-0f1a-4d0e-9a3a-{number:012}",
        "name": f"Walking Group {number}",
        "description": "A gentle walk.",
        "status": "active",
        "fees": "Free",
        "attending_type": "Venue",
        "attending_access": "Self referral",
        "organization": {"id": "9b1f6a52-0f1a-4d0e-9a3a-000000000001", "name": "Walkers", "url": "http://walkers.example.org"},
        "eligibilitys": [{"id": "e1", "eligibility": "Adults over 50", "minimum_age": 50, "maximum_age": None}],
        "service_taxonomys": [{"id": "st1", "taxonomy": {"id": "t9", "name": "Physical activity", "vocabulary": "local"}}],
        "regular_schedules": [{"id": "r1", "weekday": "3", "opens_at": "09:30:00", "closes_at": "11:00:00"}],
        "contacts": [{"id": "c1", "name": "A. Person", "title": "Leader", "phones": [{"number": "Walk line: 0116 496 0002"}]}],
        "service_at_locations": [
            {"id": "x", "location": {"id": "l9", "name": "Park", "physical_addresses": [{"address_1": "Park Lane", "city": "Oadby", "postal_code": "LE2 5AA"}],
             "accessibility_for_disabilities": [{"accessibility": "Car parking"}]}}
        ],
    }  # fmt: skip
    return {**copy.deepcopy(record), **changes}


def outpost(number: int = 1, **changes: Any) -> Json:
    """Outpost."""
    record: Json = {
        "id": 1000 + number,
        "updated_at": "2026-05-01T10:00:00.000Z",
        "name": f"Lunch Club {number}",
        "description": "Hot lunch for older people.",
        "url": "https://lunch.example.org",
        "min_age": 50,
        "max_age": None,
        "free": None,
        "status": "active",
        "organisation": {"id": 55, "name": "Lunch Friends"},
        "locations": [
            {"id": 77, "name": "Hall", "address_1": "2 Low Road", "city": "Melton Mowbray", "postal_code": "LE13 1AA",
             "geometry": {"type": "Point", "coordinates": [-0.88, 52.76]}, "mask_exact_address": None,
             "accessibilities": [{"name": "Wheelchair accessible entrance", "slug": "w"}]}
        ],
        "contacts": [{"id": 3, "name": "A. Person", "title": None, "email": "via website", "phone": " 0116 496 0003"}],
        "taxonomies": [{"id": 1, "name": "Befriending", "slug": "befriending", "parent_id": None}],
        "suitabilities": [{"id": 2, "name": "Older people", "slug": "older-people"}],
        "regular_schedules": [{"id": 9, "weekday": "Friday", "opens_at": "12:00", "closes_at": "13:30"}],
        "cost_options": [{"id": 4, "option": "", "amount": "4.00", "cost_type": "per meal"}],
    }  # fmt: skip
    return {**copy.deepcopy(record), **changes}


def placecube(number: int = 1, **changes: Any) -> Json:
    """Placecube's list on top of ORUK 3.0."""
    record: Json = {
        "id": f"def5ccd4-f121-df4d-60d2-{number:012}",
        "name": f"Art Group {number}",
        "description": "<p>Painting together.</p>",
        "url": "",
        "email": f"Unknown-{number}@noemail.invalid",
        "status": "active",
        "minimum_age": -1,
        "maximum_age": -1,
        "assured_date": "2026-01-05",
        "assurer_email": "private@council.example.org",
        "organization": {"id": "42d3fa20-b36d-4822-b5dc-68029911caaf", "name": "Art Friends"},
        "pc_metadata": {
            "assured_by": "private@council.example.org",
            "date_assured": "2026-01-05",
            "date_modified": "2026-01-05",
        },
        "pc_targetAudience": [{"id": "80425", "audienceType": "Mental Health > Anxiety"}],
    }
    return {**copy.deepcopy(record), **changes}


def envelope_v3(records: list[Json], total: int | None = None, page: int = 1, pages: int = 1) -> Json:
    return {
        "total_items": len(records) if total is None else total, "total_pages": pages, "page_number": page, "size": len(records),
        "first_page": page == 1, "last_page": page >= pages, "empty": not records, "contents": records,
    }  # fmt: skip


def envelope_v1(records: list[Json], total: int | None = None, page: int = 1, pages: int = 1) -> Json:
    return {
        "totalElements": len(records) if total is None else total, "totalPages": pages, "number": page, "size": len(records),
        "first": page == 1, "last": page >= pages, "empty": not records, "content": records,
    }  # fmt: skip
