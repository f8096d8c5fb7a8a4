"""Who runs a service, as Open Referral JSON."""

from __future__ import annotations

from service_catalogue.model import Organization
from service_catalogue.publishing.record import Json, email, filled, web_address


def organization(who: Organization) -> Json:
    """The profile requires a description: where there is none, the name stands in."""
    return filled(
        id=who.id,
        name=who.name,
        description=who.description or who.name,
        email=email(who.email),
        website=web_address(who.website),
    )
