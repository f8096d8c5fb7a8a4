"""What a resident is told that the team is called, where its own name would say what somebody needs."""

from __future__ import annotations

from front_door.bot_client import Reply
from front_door.resident.words import ResidentWords
from front_door.sms import private
from front_door.sms.text_rules import Private
from referrals.consent import ONLY_BY_AGREEMENT
from referrals.model import Referral


def plain_team(referral: Referral, words: ResidentWords, rules: Private) -> str:
    """The team's name, or "the team" when it is no part of the council or names such a service (`rules`)."""
    tells = referral.destination in ONLY_BY_AGREEMENT or private.names_one(Reply(referral.team), rules)
    return words.the_team if tells else referral.team
