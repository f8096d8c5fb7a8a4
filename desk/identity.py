"""Who says that somebody is who they are. Local accounts do today; an OpenID Connect provider can join beside them.

A provider gives an `Identity`; what follows (account, session, second factor, audit) is `desk.admission`, the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from desk.roles import Role

LOCAL = "local"


class Refused(Enum):
    """Why nobody was signed in."""

    WRONG = "wrong"
    TOO_MANY = "too_many"
    NOT_STAFF = "not_staff"  # known there, but with no role here, or the account is disabled


@dataclass(frozen=True)
class Identity:
    """What a provider must give. `subject` never changes for a person, `name` may; both are the provider's own.

    `roles` and `teams` (names as in `Referral.team`) hold from now on, whatever they were before. `second_factor`: the person
    showed one there; otherwise the desk asks for its own.
    """

    provider: str
    subject: str
    name: str
    roles: frozenset[Role]
    teams: frozenset[str] = frozenset()
    second_factor: bool = False


@dataclass(frozen=True)
class Begun:
    """One sign-in under way. `state`, `nonce` and `verifier` are random and known to the browser that began alone; `back` is
    the address on this desk to return to. Providers with a form of ours use none of them."""

    state: str = ""
    nonce: str = ""
    verifier: str = ""
    back: str = ""


class Provider(Protocol):
    """One way to sign in. `key` stands in addresses and with the account (letters and dashes); `label` on the button."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    async def begin(self, begun: Begun) -> str:
        """Where to send the browser; empty when the desk's own form asks for a name and a password."""
        ...

    async def finish(self, answer: Mapping[str, str], begun: Begun, address: str) -> Identity | Refused:
        """Who it is, from what came back: the form's fields, or the query of the address `back`, whose `state` was compared
        already. The provider checks the rest (its signature, `nonce`, `verifier`). `address` is the visitor's."""
        ...
