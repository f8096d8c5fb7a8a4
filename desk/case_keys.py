"""Where the pages of the queue and of one referral find the rules of desk_rules.yml in their application."""

from __future__ import annotations

from aiohttp import web

from referrals.case_rules import CaseRules

CASE_RULES: web.AppKey[CaseRules] = web.AppKey("case_rules", CaseRules)
