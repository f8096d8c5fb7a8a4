"""What must be true when all is quiet again. Reads the database, the texts and the mails; gives what is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from front_door.model import WAITING, Message, OutboxText
from front_door.sms.sending import UNFINISHED
from referrals.model import EMAIL, SENT, Delivery, Referral
from tests.faults.residents import Ledger
from tests.faults.world import World

REFERENCE = re.compile(r"[Yy]our reference is ([A-Z0-9-]+?)[.\s]|[Yy]our reference is ([A-Z0-9-]+)$")
TRACKER = sa.table("tracker_turn", sa.column("conversation"), sa.column("message_id"))


def quiet(session: Session) -> bool:
    """Nobody waits for an answer, a text or a notice."""
    waiting = session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.state.in_(WAITING)))
    texts = session.scalar(sa.select(sa.func.count()).select_from(OutboxText).where(OutboxText.state.in_(UNFINISHED)))
    mails = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.kind == EMAIL, Delivery.state != SENT)
    return not (waiting or texts or session.scalar(mails))


def broken_rules(world: World, ledger: Ledger) -> list[str]:
    """Every rule that does not hold, in words with counts; an empty list is what we want."""
    with world.db.reading() as session:
        return [
            *_messages(session, ledger),
            *_turns(session),
            *_texts(session, world),
            *_referrals(session, world),
            *(f"lost: {who}" for who in ledger.lost),
        ]


def _messages(session: Session, ledger: Ledger) -> Iterable[str]:
    rows = session.execute(sa.select(Message.provider_id, Message.state).where(Message.direction == "in")).all()
    stored = Counter(row.provider_id for row in rows)
    if lost := ledger.acknowledged - set(stored):
        yield f"{len(lost)} acknowledged messages are not stored, such as {sorted(lost)[0]}"
    if doubled := [key for key, number in stored.items() if number > 1]:
        yield f"{len(doubled)} messages are stored twice"
    if unanswered := [row for row in rows if row.state != "done"]:
        yield f"{len(unanswered)} messages ended as {Counter(row.state for row in unanswered)}"


def _turns(session: Session) -> Iterable[str]:
    told = session.scalars(sa.select(Message.turn_id).where(Message.direction == "in").distinct()).all()
    answered = set(session.scalars(sa.select(Message.turn_id).where(Message.direction == "out").distinct()))
    if silent := [turn for turn in told if turn not in answered]:
        yield f"{len(silent)} turns have no answer in the transcript"
    run = Counter(map(tuple, session.execute(sa.select(TRACKER.c.conversation, TRACKER.c.message_id))))
    if twice := [key for key, number in run.items() if number > 1]:
        yield f"{len(twice)} turns ran twice"
    remembered = {message for _, message in run}
    if forgotten := [turn for turn in told if turn not in remembered]:
        yield f"{len(forgotten)} of {len(told)} turns are not in the bot's memory"


def _texts(session: Session, world: World) -> Iterable[str]:
    rows = session.scalars(sa.select(OutboxText)).all()
    sent = {row.provider_sid for row in rows if row.state == "sent"}
    taken = {message["sid"] for message in world.twilio.messages}
    if failed := Counter(row.state for row in rows if row.state != "sent"):
        yield f"texts not sent: {failed}"
    if extra := taken - sent:
        yield f"{len(extra)} texts went out that nobody counts: doubled"
    if never := sent - taken:
        yield f"{len(never)} texts are called sent and never went out"
    if world.twilio.problems:
        yield f"the text company complains: {Counter(world.twilio.problems)}"


def _referrals(session: Session, world: World) -> Iterable[str]:
    rows = session.execute(sa.select(Referral.reference, Referral.conversation)).all()
    stored = {row.reference: row.conversation for row in rows}
    said: dict[str, set[str]] = {}
    for conversation, words in session.execute(
        sa.select(Message.conversation_id, Message.text).where(Message.direction == "out")
    ):
        for found in REFERENCE.finditer(words):
            said.setdefault(found[1] or found[2], set()).add(conversation)
    if false := set(said) - set(stored):
        yield f"{len(false)} residents were told a reference of a referral that is not there: {sorted(false)[:3]}"
    if untold := set(stored) - set(said):
        yield f"{len(untold)} referrals whose resident was never told"
    if doubled := [c for c, number in Counter(stored.values()).items() if number > 1]:
        yield f"{len(doubled)} conversations have two referrals"
    ids = session.scalars(sa.select(Delivery.message_id).where(Delivery.kind == EMAIL)).all()
    mailed = {identity.strip("<>").partition("@")[0] for identity in world.mail.taken}
    if missing := [one for one in ids if one.strip("<>").partition("@")[0] not in mailed]:
        yield f"{len(missing)} of {len(ids)} notices never reached the mail server"
    if len(ids) != len(rows):
        yield f"{len(rows)} referrals have {len(ids)} notices"
