"""Whether residents are shown a service, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from service_catalogue.care_model import Correction
from service_catalogue.holding import BROUGHT_BACK, HELD_BACK, shown
from service_catalogue.model import LIVE, QUARANTINED, WITHDRAWN, Service

Standing = Literal["shown", "held", "quarantined", "gone"]
STANDINGS: tuple[Standing, ...] = ("shown", "held", "quarantined", "gone")
_OWN: dict[str, Standing] = {LIVE: "shown", QUARANTINED: "quarantined", WITHDRAWN: "gone"}


def standing_is(standing: str) -> ColumnElement[bool]:
    """For a query of services: those that stand so."""
    decided = select(Correction.service_id).where(Correction.field.in_((HELD_BACK, BROUGHT_BACK)))
    if standing == "shown":
        return shown()
    if standing == "held":
        return Service.id.in_(select(Correction.service_id).where(Correction.field == HELD_BACK))
    state = QUARANTINED if standing == "quarantined" else WITHDRAWN
    return and_(Service.state == state, Service.id.not_in(decided))


def standings(session: Session, services: Sequence[Service]) -> dict[str, Standing]:
    """By service id: "shown", "held" (staff held it back), "quarantined" (an import set it aside) or "gone" (its source no
    longer has it)."""
    found = {service.id: _OWN[service.state] for service in services}
    decisions = session.execute(
        select(Correction.service_id, Correction.field).where(
            Correction.service_id.in_(list(found)), Correction.field.in_((HELD_BACK, BROUGHT_BACK))
        )
    )
    for id, decision in decisions:
        found[id] = "held" if decision == HELD_BACK else "shown"
    return found
