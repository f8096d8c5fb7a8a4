"""When a service is open and how one takes part, as Open Referral schedules. Times are by the clock on the wall in London."""

from __future__ import annotations

from service_catalogue.hours import describe
from service_catalogue.identity import child_id
from service_catalogue.local import Words
from service_catalogue.model import Schedule, Service
from service_catalogue.publishing import own_fields
from service_catalogue.publishing.record import Json, day, filled

_FREQUENCIES = ("WEEKLY", "MONTHLY")  # all that the profile allows


def schedules(service: Service, words: Words) -> list[Json]:
    """One for each regular opening, each with the whole week in words, the note on hours and how one takes part. Where
    these are known and no regular opening is, one schedule carries them alone."""
    in_words = describe(service.opening_hours) if service.opening_hours else ""
    attending = [words("attending", code) for code in service.attending or [] if code in own_fields.ATTENDING]
    said = {"notes": service.hours_note, "attending_type": "; ".join(attending)}
    if service.schedules:
        return [_schedule(row, service.id, in_words, said) for row in service.schedules]
    if not (in_words or any(said.values())):
        return []
    id = child_id(service.id, "schedule", "in words")
    return [filled(id=id, service_id=service.id, description=in_words, **said)]


def _schedule(row: Schedule, service_id: str, in_words: str, said: dict[str, str]) -> Json:
    freq = row.freq if row.freq in _FREQUENCIES else None
    return filled(
        id=row.id,
        service_id=service_id,
        valid_from=day(row.valid_from),
        valid_to=day(row.valid_to),
        dtstart=day(row.starts_on),
        until=day(row.until),
        freq=freq,
        interval=row.interval if row.interval != 1 else None,
        byday=row.byday,
        bymonthday=row.bymonthday,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        description=row.description or in_words,
        **said,
        **{own_fields.OWN: own_fields.of_schedule(row, freq)},
    )
