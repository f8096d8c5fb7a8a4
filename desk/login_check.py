"""Checking a name and password: rate-limited, off the event loop, two at a time (each takes 19 MiB and a core)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from desk import accounts, limits, sessions

LONGEST_PASSWORD = 200  # characters; longer ones are wrong without the work of hashing them


class Refused(Enum):
    """Why nobody was signed in."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class LoginCheck:
    """`sign_in` returns the token of a new session, or why not."""

    db: Database
    clock: Clock
    cipher: Cipher
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def sign_in(self, name: str, password: str, address: str) -> str | Refused:
        async with self.at_once:
            # The limit is read inside the semaphore: a thousand tries at once cannot all slip under it.
            now = self.clock.now()
            if await self.db.read(limits.too_many, self.cipher, name, address, now):
                return Refused.TOO_MANY
            account = await self.db.read(accounts.find_account, name)
            fits = len(password) <= LONGEST_PASSWORD and await asyncio.to_thread(
                accounts.password_fits, account, password
            )
            await self.db.run(limits.record, self.cipher, name, address, now, fits)
            if not fits or account is None:
                return Refused.WRONG
            return await self.db.run(sessions.open_session, account.id, now)
