"""What a record says that has no column of ours: kept under its own name, as far as it is nobody's private matter."""

from __future__ import annotations

import json

from service_catalogue.feeds.values import Json, bounded, text

_READ = frozenset(
    ("id", "_id", "name", "description", "url", "email", "status", "organization", "organisation", "organization_id", "alert", "assured_date",
     "minimum_age", "maximum_age", "min_age", "max_age", "eligibilitys", "eligibility_description", "application_process", "wait_time",
     "interpretation_services", "fees", "fees_description", "cost_options", "free", "phones", "phone", "schedules", "regular_schedules",
     "service_areas", "service_at_locations", "locations", "location", "languages", "attributes", "service_taxonomys", "taxonomies",
     "suitabilities", "send_needs", "pc_targetAudience", "attending_type", "last_modified", "updated_at", "needs_referral")
)  # fmt: skip
# People who look after records, and private contacts: they stay in the raw record only.
_PRIVATE = frozenset(
    (
        "assurer_email",
        "assured_by",
        "pc_metadata",
        "metadata",
        "contacts",
        "local_offer",
        "meta",
        "reviews",
        "updated_by",
    )
)
_ROOM = 8_000


def leftovers(record: Json, *, applying: str) -> Json:
    """For Service.extra: unknown keys with a value, `application_process`, the raw word of a status we do not know."""
    kept = {
        key: value
        for key, value in record.items()
        if key not in _READ and key not in _PRIVATE and value not in (None, "", [], {})
    }
    extra: Json = bounded(kept, _ROOM)
    if len(json.dumps(extra, ensure_ascii=True)) > 4 * _ROOM:
        extra = {"too_long": sorted(extra)[:50]}
    if applying:
        extra["application_process"] = applying
    if said := text(record.get("status"), 60):
        extra["status_as_published"] = said
    return extra
