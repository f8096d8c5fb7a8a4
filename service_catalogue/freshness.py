"""How long ago a service was last checked by anybody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from service_catalogue.model import Service


def last_checked(service: Service) -> date | None:
    """The newest day on which a person of the council or its publisher checked it; None when nobody ever said so."""
    return max((day for day in (service.checked_on, service.assured_on) if day), default=None)


def not_checked_since(day: date) -> ColumnElement[bool]:
    """For a query of services: checked by nobody on this day or later."""
    return and_(*(or_(column.is_(None), column < day) for column in (Service.checked_on, Service.assured_on)))


def year_before(day: date) -> date:
    """The same day of the year before; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
