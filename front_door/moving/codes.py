"""One-time codes: made, read from what a resident typed, and used once.

Nine digits, said as 482-193-507. The first three are a handle: a wrong try counts against every code with the same handle,
and a code is dead after five, whoever tried. So whoever guesses at a code has at most five guesses at its other six
digits, from however many phones and addresses: 5 in 990,025, or 1 in 198,005 for a code's whole life. One phone or browser
has five wrong tries a day, one network address twenty (a library's computers share one).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from front_door import rows
from front_door.model import ACTIVE, Conversation, OutboxText
from front_door.moving.model import MoveCode, MoveTry

LIFE = timedelta(hours=24)
MOST_WRONG = 5  # at one code, and from one phone or browser in a day
MOST_WRONG_OF_ADDRESS = 20
DAY = timedelta(hours=24)
Digest = Callable[[str], str]
# Numbers that somebody might ring when they read them in a code.
_NEVER = frozenset({"999", "112", "111", "101", "105", "116"})
_CODE = re.compile(r"\W*(?:(?:my|the|code|is|text|it's|its)\W+)*(\d{3})[\s\W]*(\d{3})[\s\W]*(\d{3})\W*", re.IGNORECASE)
_TYPED = 60  # characters; a code is never longer, whatever stands around it


@dataclass(frozen=True)
class Guesser:
    """Who tries a code: a keyed digest, and how many wrong tries it has in a day."""

    digest: str
    most: int = MOST_WRONG


@dataclass(frozen=True)
class Tried:
    """What a try came to. `conversation` (held for writing) and `code` are set for "right" and "again" (used before by the same resident)."""

    outcome: Literal["right", "again", "wrong", "blocked"]
    code: MoveCode | None = None
    conversation: Conversation | None = None


def read_code(text: str) -> str | None:
    """The nine digits when `text` is a code and nothing else ("482-193-507", "code 482 193 507"), or None."""
    if len(text) > _TYPED:
        return None
    match = _CODE.fullmatch(unicodedata.normalize("NFKC", text))
    return "".join(match.groups()) if match and "".join(match.groups()).isascii() else None


def written(code: str) -> str:
    """A code as people read it: 482-193-507."""
    return "-".join((code[:3], code[3:6], code[6:]))


def mint(
    session: Session, digest: Digest, conversation: Conversation, goes_to: str, now: datetime
) -> tuple[str, MoveCode]:
    """A new code for this conversation (held for writing); every earlier one of it is dead."""
    for earlier in session.scalars(select(MoveCode).where(MoveCode.conversation_id == conversation.id)):
        forget(session, earlier)
    session.flush()
    while True:
        code = "".join(_three() for _ in range(3))
        if not session.scalar(select(MoveCode.id).where(MoveCode.code_digest == _whole(digest, code, goes_to))):
            break
    row = MoveCode(
        id=rows.new_id(),
        conversation_id=conversation.id,
        goes_to=goes_to,
        code_digest=_whole(digest, code, goes_to),
        handle_digest=_handle(digest, code, goes_to),
        wrong=0,
        made_at=now,
    )
    session.add(row)
    return code, row


def attempt(
    session: Session, digest: Digest, code: str, goes_to: str, by: str, guessers: Sequence[Guesser], now: datetime
) -> Tried:
    """Try a code for one direction. A wrong one is written down against its handle and against every guesser; a right one
    is used up. by: digest of the session or number that it would lead to.
    """
    if any(_wrong_today(session, guesser, now) >= guesser.most for guesser in guessers):
        return Tried("blocked")
    row = session.scalars(select(MoveCode).where(MoveCode.code_digest == _whole(digest, code, goes_to))).first()
    # First the conversation, then its code: in the order in which `mint` holds them.
    conversation = rows.locked(session, row.conversation_id) if row else None
    if row is not None:
        again = select(MoveCode).where(MoveCode.id == row.id).with_for_update()
        row = session.scalars(again.execution_options(populate_existing=True)).first()
    if row is not None and row.used_at and row.used_by == by:
        return Tried("again", row, conversation)
    if row is None or row.used_at or row.wrong >= MOST_WRONG or rows.older_than(row.made_at, now, LIFE):
        _count(session, digest, code, goes_to, guessers, now)
        return Tried("wrong")
    if conversation is None or conversation.state != ACTIVE:
        return Tried("wrong")  # it was left since: nothing to move, and nobody's guess
    row.used_at, row.used_by = now, by
    blank(session, row)
    return Tried("right", row, conversation)


def blank(session: Session, row: MoveCode) -> None:
    """Take the code out of the text that carried it."""
    text = session.get(OutboxText, row.outbox_id) if row.outbox_id else None
    if text is not None:
        text.body = re.sub(r"\d{3}-\d{3}-\d{3}", "***-***-***", text.body)
        if text.state in ("pending", "unknown"):  # what would go out, or be looked for, is not what was written
            text.state, text.error = "failed", "code not needed" if text.state == "pending" else "outcome unknown"
    row.outbox_id = None


def forget(session: Session, row: MoveCode) -> None:
    """The code is dead, and nothing of it stays."""
    blank(session, row)
    session.delete(row)


def _count(
    session: Session, digest: Digest, code: str, goes_to: str, guessers: Sequence[Guesser], now: datetime
) -> None:
    aimed_at = update(MoveCode).where(MoveCode.handle_digest == _handle(digest, code, goes_to))
    session.execute(aimed_at.values(wrong=MoveCode.wrong + 1))
    session.add_all(MoveTry(who=guesser.digest, at=now) for guesser in guessers)


def _wrong_today(session: Session, guesser: Guesser, now: datetime) -> int:
    tries = select(func.count()).where(MoveTry.who == guesser.digest, MoveTry.at > now - DAY)
    return session.scalar(tries) or 0


def _three() -> str:
    while (three := f"{secrets.randbelow(1000):03}") in _NEVER:
        pass
    return three


def _whole(digest: Digest, code: str, goes_to: str) -> str:
    return digest(f"move code to {goes_to}: {code}")


def _handle(digest: Digest, code: str, goes_to: str) -> str:
    return digest(f"move handle to {goes_to}: {code[:3]}")
