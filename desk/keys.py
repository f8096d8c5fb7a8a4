"""What the handlers of the desk find in their application and request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiohttp import web

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from desk.contact_check import ContactCheck
from desk.identity import Provider
from desk.render import Pages
from desk.sessions import SignedIn
from referrals.team import TeamFacts


@dataclass(frozen=True)
class Desk:
    """Everything the desk stands on, passed in by the composition root."""

    db: Database
    settings: Settings
    clock: Clock
    cipher: Cipher
    pages: Pages
    providers: Mapping[str, Provider]  # by key
    team: TeamFacts
    check_contacts: Callable[[Path, date], ContactCheck]


DESK = web.AppKey("desk", Desk)
SIGNED_IN = web.RequestKey("signed_in", SignedIn)
