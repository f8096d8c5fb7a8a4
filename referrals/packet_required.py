"""The fields that a packet must hold, listed once; what is empty needs a reason.

After the Social Prescribing Information Standard v1.1 (DAPB4066), NHS England, originally Professional Record Standards Body;
Open Government Licence v3.0 (https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/). `standard` is the
path of the element there, `obligation` M (mandatory) or R (required when known) as there. Fields without a path are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # packet.py stands on this module
    from referrals.packet import Packet

# Why something is not there. The words for staff are in referral_words.yml under packet.reasons.
SKIPPED = "skipped"  # asked, and the resident would rather not say
PERSON_FIRST = "person_first"  # they asked for a person at once, so nothing held them up
NOT_DUE = "not_due"  # the needs or earlier answers made the question needless
ENDED_EARLY = "ended_early"  # they went on before it came up
SAFETY = "safety"  # danger came first: no questions were put
NOT_COLLECTED = "not_collected"  # the self-referral asks nobody for it
NOT_RECORDED = "not_recorded"  # nothing says why: whoever hands over a referral should
REASONS = (SKIPPED, PERSON_FIRST, NOT_DUE, ENDED_EARLY, SAFETY, NOT_COLLECTED, NOT_RECORDED)
UNKNOWN_PLACE = "unknown"


@dataclass(frozen=True)
class Required:
    """One field. `known` says whether a packet holds it; `usual` is the reason when nobody gave one."""

    key: str
    standard: str
    obligation: str
    known: Callable[[Packet], bool]
    usual: str = NOT_RECORDED


def place_known(packet: Packet) -> bool:
    return bool(packet.district.strip()) or packet.place.strip() not in ("", UNKNOWN_PLACE)


def _has(name: str) -> Callable[[Packet], bool]:
    def known(packet: Packet) -> bool:
        value = getattr(packet, name)
        return bool(value.strip() if isinstance(value, str) else value)

    return known


def _answered(name: str) -> Callable[[Packet], bool]:
    return lambda packet: getattr(packet, name) is not None


def _always(packet: Packet) -> bool:
    return True


def _never(packet: Packet) -> bool:
    return False


REQUIRED: tuple[Required, ...] = (
    Required("name", "Person demographics / Person name", "M", _has("name")),
    Required("date_of_birth", "Person demographics / Date of birth", "M", _never, NOT_COLLECTED),
    Required("adult", "", "", _always),  # 18 or over: asked instead of the date of birth
    Required("place", "Person demographics / Person's address", "R", place_known),
    Required("contact", "Person demographics / Person's contact details", "R", _has("contact_value")),
    Required("safe_to_call", "", "", _answered("safe_to_call")),
    Required("safe_to_text", "", "", _answered("safe_to_text")),
    Required("best_time", "", "", _has("best_time")),
    Required("gp_practice", "GP practice / GP practice identifier", "M", _never, NOT_COLLECTED),
    Required("what_matters", "About me / What is most important to me", "R", _has("what_matters")),
    Required("who_is_around", "About me / People who are important to me", "R", _has("who_is_around")),
    Required("what_tried", "", "", _has("what_tried")),
    # No language said means that they wrote in English.
    Required("language", "About me / How I communicate and how to communicate with me", "R", _always),
    Required(
        "access_needs", "Individual requirements / Reasonable adjustment", "R", _has("access_needs"), NOT_COLLECTED
    ),
    Required("own_words", "Referral details / Reason for referral / Free text", "R", _has("own_words")),
    Required("needs", "Care and support plan / Needs, concerns or problems", "R", _has("needs")),
    Required("risk", "Risks / Risks record entry / Risk", "M", _always),  # "none known" is a value of its own
    Required("referrer", "Referral details / Referrer details", "M", _always),  # the person, or someone else for them
    Required("team", "Referral details / Referral to", "M", _has("team")),
    Required("tier", "", "", _has("tier")),
    Required("reasons", "Referral details / Reason for referral", "R", _has("reasons")),
    Required("services_shown", "", "", _always),  # "none" is a value: services were looked for or not
    Required("services_chosen", "", "", _has("services_chosen"), NOT_COLLECTED),
    Required("consent", "Consent / Consent for information sharing", "R", _has("consent_words")),
)


def missing(packet: Packet) -> tuple[Required, ...]:
    """The required fields that the packet does not hold, in their order here."""
    return tuple(field for field in REQUIRED if not field.known(packet))


def with_reasons(packet: Packet) -> tuple[tuple[str, str], ...]:
    """`packet.not_asked`, and for every required field that is empty without a reason there, its usual one.

    A reason given for a field that the packet does hold is dropped: what is there was not left out.
    """
    known = {field.key for field in REQUIRED if field.known(packet)}
    given = tuple((what, why) for what, why in packet.not_asked if what not in known and why.strip())
    named = {what for what, _ in given}
    return given + tuple((field.key, field.usual) for field in missing(packet) if field.key not in named)
