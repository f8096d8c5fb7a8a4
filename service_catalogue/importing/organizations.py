"""The organisations behind a batch of services: one row for each id of the publisher's, one for those that name none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_catalogue.feeds.normalise import Facts
from service_catalogue.identity import record_id
from service_catalogue.importing.rows import fill_organization
from service_catalogue.model import Organization

_UNNAMED = "unknown provider"


class Organizations:
    """Reads all that a batch needs at once."""

    def __init__(self, session: Session, source_id: str, facts: Sequence[Facts]) -> None:
        self._session, self._source = session, source_id
        wanted = {_external(one) for one in facts}
        known = select(Organization).where(Organization.source_id == source_id, Organization.external_id.in_(wanted))
        self._known = {one.external_id: one for one in session.scalars(known)}
        ids = {record_id(source_id, "organization", external) for external in wanted - self._known.keys()}
        self._taken = set(session.scalars(select(Organization.id).where(Organization.id.in_(ids))))

    def of(self, facts: Facts) -> Organization:
        """The organisation of a service, made or brought up to date."""
        external = _external(facts)
        organization = self._known.get(external)
        if organization is None:
            id = record_id(self._source, "organization", external)
            if id in self._taken:  # another source has an organisation with this id
                id = record_id(self._source, "organization", f"ours:{external}")
            organization = self._known[external] = Organization(id=id, source_id=self._source, external_id=external)
            self._session.add(organization)
        fill_organization(organization, facts.organization, named=not _nameless(facts))
        return organization


def _nameless(facts: Facts) -> bool:
    return facts.findings.has("organization_without_name") or facts.findings.has("no_organization")


def _external(facts: Facts) -> str:
    """Its id; its name where it has only that."""
    own = facts.organization["external_id"]
    return own or (_UNNAMED if _nameless(facts) else f"name:{facts.organization['name']}"[:200])
