"""What a text may mean for a move: it brings a code from the web page, asks for one, or comes after its conversation has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import choices, rows
from front_door.bot_client import Reply
from front_door.claiming import Lease, claim_if_free
from front_door.inbox import Accepted
from front_door.model import Conversation, Message, OutboxText
from front_door.moving import codes
from front_door.moving.codes import Digest, Guesser
from front_door.moving.doors import SMS, WEB, move_to_text
from front_door.moving.model import LeftDoor
from front_door.saying import Voice, say
from front_door.sms.numbers import told_of_abuse
from front_door.takeover.hearing import say_moved
from front_door.takeover.keeping import is_joined
from front_door.words import Words

if TYPE_CHECKING:
    from front_door.sms.inbox import InboundText

PATH = "/chat/move"
_AFTERWARDS = timedelta(hours=24)  # so long a text to a number that has moved on is told where its chat is


@dataclass(frozen=True)
class Texts:
    """digest: keyed; page: the address of the page for codes, as residents read it."""

    digest: Digest
    page: str

    @classmethod
    def at(cls, public_base_url: str, digest: Digest) -> Texts:
        return cls(digest, public_base_url.rstrip("/") + PATH)

    def take(
        self, session: Session, own: Conversation, text: InboundText, lease: Lease, now: datetime, voice: Voice
    ) -> Accepted | None:
        """Do what the text asks for; None when it has nothing to do with a move. own: the conversation of the number, which
        may be new and empty, held for writing.
        """
        own.careful = own.careful or told_of_abuse(session, text.sender_digest, None)
        if code := codes.read_code(text.body):
            return self._code(session, own, text, code, lease, now, voice)
        if own.texts_stopped:
            return None
        if _asks_for_web(own, text.body, voice.words):
            return self._give_code(session, own, text, now, voice)
        left = session.get(LeftDoor, text.sender_digest) if own.last_seq == 0 else None
        if left is not None and not rows.older_than(left.at, now, _AFTERWARDS):
            session.delete(left)  # said once; what comes then begins a new conversation
            return self._answer(session, own, text, "after_move", voice.words.moving.after_move, now, voice)
        return None

    def _code(
        self,
        session: Session,
        own: Conversation,
        text: InboundText,
        code: str,
        lease: Lease,
        now: datetime,
        voice: Voice,
    ) -> Accepted | None:
        words = voice.words.moving
        who = Guesser(self.digest(f"move try: {text.sender_digest}"))
        tried = codes.attempt(session, self.digest, code, SMS, text.sender_digest, [who], now)
        if tried.outcome == "right" and tried.conversation is not None and own.texts_stopped:
            told = Reply(words.number_stopped, data={"kind": "not_moved"})
            say(session, tried.conversation, rows.new_id(), [told], voice, now)
            return self._answer(session, own, text, "code", "", now, voice)
        if tried.outcome == "right" and tried.conversation is not None:
            message = move_to_text(
                session,
                tried.conversation,
                own,
                text,
                words.code_sent,
                voice.texts.private.flags,
                now,
            )
            if is_joined(tried.conversation):
                say_moved(session, tried.conversation, message, words.arrived[message.kind], voice, now)
                return Accepted("noted", tried.conversation.id, message.id, message.seq)
            turn = claim_if_free(session, tried.conversation, lease, now, also=[message])
            return Accepted("stored", tried.conversation.id, message.id, message.seq, turn)
        if tried.outcome == "wrong" and not own.texts_stopped:
            if _asks_for_number(own) or is_joined(own):
                return None  # a number with digits missing: the question is put again, or it is for the person
            return self._answer(session, own, text, "wrong_code", words.wrong_code, now, voice)
        return self._answer(session, own, text, "code", "", now, voice)

    def _give_code(
        self, session: Session, own: Conversation, text: InboundText, now: datetime, voice: Voice
    ) -> Accepted:
        """The text back carries the code; the transcript says only that one was given."""
        words = voice.words.moving
        if own.last_seq == 0:  # nothing was said that could go on elsewhere
            return self._answer(session, own, text, "asks_web", words.web_page, now, voice)
        code, row = codes.mint(session, self.digest, own, WEB, now)
        accepted = self._answer(
            session, own, text, "asks_web", words.web_code.replace("{code}", codes.written(code)), now, voice
        )
        session.flush()
        sent = session.scalars(
            select(OutboxText)
            .where(OutboxText.conversation_id == own.id, OutboxText.position > accepted.seq)
            .order_by(OutboxText.position)
            .limit(1)
        ).one()
        line = session.scalars(
            select(Message).where(Message.conversation_id == own.id, Message.seq == sent.position)
        ).one()
        row.outbox_id, line.text = sent.id, words.code_given
        if sent.state == "failed":  # the day's limit: a code that nobody was given is no code
            codes.forget(session, row)
        return accepted

    def _answer(
        self, session: Session, own: Conversation, text: InboundText, kind: str, said: str, now: datetime, voice: Voice
    ) -> Accepted:
        """Note the text, a code among it masked, and answer it with `said` ("" for nothing); the open question stays open."""
        body = voice.words.moving.code_sent if codes.read_code(text.body) else text.body
        message = rows.add_message(session, own, "in", body, text.received_at, kind=kind, provider_id=text.provider_id)
        own.last_seen_at = now
        if said:
            reply = Reply(said.replace("{page}", self.page), data={"kind": kind})
            say(session, own, message.id, [reply], voice, now, welcome=True)
        return Accepted("noted", own.id, message.id, message.seq)


def _asks_for_web(own: Conversation, body: str, words: Words) -> bool:
    """True for one of our words alone, unless the question that is open may be answered with it."""
    if " ".join(body.split()).strip(" .!?\"'").casefold() not in words.moving.web_words:
        return False
    asked = {choice["value"].partition("=")[0] for choice in own.pending_choices or []}
    return not asked & words.moving.web_answers and choices.resolve(body, own.pending_choices or []) is None


def _asks_for_number(own: Conversation) -> bool:
    return any(choice["value"].startswith("contact=") for choice in own.pending_choices or [])
