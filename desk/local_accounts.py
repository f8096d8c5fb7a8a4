"""Signing in with a name and a password: rate-limited, off the event loop, two at a time (each takes 19 MiB and a core)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from desk import accounts, limits
from desk.identity import LOCAL, Begun, Identity, Refused
from desk.roles import roles_of

LONGEST_PASSWORD = 200  # characters; longer ones are wrong without the work of hashing them


@dataclass(frozen=True)
class LocalAccounts:
    """The provider that needs nothing else: the accounts of this desk. Their second factor is the desk's own."""

    db: Database
    clock: Clock
    cipher: Cipher
    key: str = LOCAL
    label: str = "Sign in"
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def begin(self, begun: Begun) -> str:
        """Our own form asks."""
        return ""

    async def finish(self, answer: Mapping[str, str], begun: Begun, address: str) -> Identity | Refused:
        """Check the fields `name` and `password`."""
        name, password = answer.get("name", ""), answer.get("password", "")
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
        return Identity(LOCAL, str(account.id), account.name, roles_of(account.roles), frozenset(account.teams))
