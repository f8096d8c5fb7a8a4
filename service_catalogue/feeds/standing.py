"""How a service stands just now: running or not, full or not, and what it wants everybody to know."""

from __future__ import annotations

from datetime import date

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain
from service_catalogue.feeds.values import Json, day, first_of, number, objects, text

_STATUSES = {
    "active": "active", "open": "active", "live": "active", "published": "active", "approved": "active",
    "inactive": "inactive", "archived": "inactive", "unpublished": "inactive", "draft": "inactive", "expired": "inactive", "closed": "inactive",
    "defunct": "defunct", "deleted": "defunct",
    "temporarily closed": "temporarily closed", "temporarily_closed": "temporarily closed", "suspended": "temporarily closed",
}  # fmt: skip
OTHER = "other"  # not shown to residents until a person has looked


def status_of(record: Json, today: date, findings: Findings) -> str:
    """HSDS's four words, or "other" for one we do not know. Said nothing is active, unless it is out of its visible dates."""
    begins, ends = day(record.get("visible_from")), day(record.get("visible_to"))
    if (begins and begins > today) or (ends and ends < today):
        findings.add("out_of_visible_dates", "visible_to", ends or begins)
        return "inactive"
    said = text(record.get("status"), 60)
    if not said:
        return "active"
    if said.casefold() not in _STATUSES:
        findings.add("unknown_status", "status", said)
        return OTHER
    return _STATUSES[said.casefold()]


def alert_of(record: Json) -> str:
    return plain(record.get("alert"))[0][:1_000]


def capacity_of(record: Json) -> str:
    """ "open" or "full" by HSDS 3.1's numbers; "unknown" without them."""
    rows = [*objects(first_of(record, "capacities", "service_capacity", "service_capacities"))]
    free = [number(row.get("available")) for row in rows]
    counted = [places for places in free if places is not None]
    if not counted:
        return "unknown"
    return "open" if any(places > 0 for places in counted) else "full"
