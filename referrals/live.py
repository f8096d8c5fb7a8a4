"""Whether anything of a referral may leave: only while the resident's yes for exactly this receiver stands."""

from __future__ import annotations

from referrals.consent import fingerprint
from referrals.model import WITHDRAWN, ConsentEvent, Referral


def may_leave(referral: Referral) -> bool:
    """True while a consent for this team, in unchanged words, is not withdrawn. Reads the consents.

    Asked at every way out: notices, webhooks, exports, texts of staff and the text after two weeks.
    """
    return referral.state != WITHDRAWN and any(_stands(referral, consent) for consent in referral.consents)


def _stands(referral: Referral, consent: ConsentEvent) -> bool:
    return (
        consent.receiver == referral.team
        and consent.sha256 == fingerprint(consent.words)
        and consent.withdrawn_at is None
    )
