"""How often each service is shown to residents, so that staff check first what most people see. Names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Subquery, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.care_model import ServiceShown
from service_catalogue.model import Service


def record_shown(session: Session, ids: Iterable[str], now: datetime) -> None:
    """One more showing this month for each of these services (ids); those that are in the catalogue no more are left out."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    month = now.astimezone(LONDON).date().replace(day=1)
    there = session.scalars(select(Service.id).where(Service.id.in_(set(ids))))
    for id in sorted(there):
        session.execute(
            insert(ServiceShown)
            .values(service_id=id, month=month, times=1)
            .on_conflict_do_update(
                index_elements=[ServiceShown.service_id, ServiceShown.month], set_={"times": ServiceShown.times + 1}
            )
        )


def shown_since(day: date) -> Subquery:
    """For a query of services: `service_id` and `times`, summed over the months from the one of `day`."""
    months = ServiceShown.month >= day.replace(day=1)
    times = func.sum(ServiceShown.times).label("times")
    return select(ServiceShown.service_id, times).where(months).group_by(ServiceShown.service_id).subquery()
