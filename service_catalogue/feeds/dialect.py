"""Which dialect a record speaks, told from its keys and never from what a feed claims to be."""

from __future__ import annotations

from service_catalogue.feeds.values import Json, objects

OUTPOST, ORUK_1, HSDS_3 = "Outpost", "ORUK 1.0", "ORUK 3.0"
_ORUK_1_KEYS = frozenset(
    ("regular_schedules", "regular_schedule", "holiday_schedules", "holidayScheduleCollection", "eligibilitys",
     "service_taxonomys", "fundings", "deliverable_type", "attending_type", "attending_access", "link_taxonomies")
)  # fmt: skip
_HSDS_3_KEYS = frozenset(
    ("schedules", "attributes", "last_modified", "assurer_email", "minimum_age", "maximum_age", "alert", "funding",
     "organization_id", "eligibility_description", "application_process", "interpretation_services", "program")
)  # fmt: skip
_OUTPOST_KEYS = frozenset(
    ("organisation", "target_directories", "suitabilities", "send_needs", "local_offer", "needs_referral")
)


def dialect_of(record: Json) -> str:
    """ "Outpost", "ORUK 1.0" or "ORUK 3.0", with " (Placecube)" behind it when the record carries that vendor's keys."""
    if not _OUTPOST_KEYS.isdisjoint(record) or any(
        "weekday" in row for row in objects(record.get("regular_schedules"))
    ):
        base = OUTPOST if "organization" not in record else ORUK_1
    elif len(_HSDS_3_KEYS.intersection(record)) > len(_ORUK_1_KEYS.intersection(record)):
        base = HSDS_3
    elif _ORUK_1_KEYS.intersection(record):
        base = ORUK_1
    else:
        base = HSDS_3
    return f"{base} (Placecube)" if any(key.startswith("pc_") for key in record) else base
