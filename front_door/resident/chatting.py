"""A message that asks for a referral that was sent: answered at once, in the transaction that stores it, without the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from common.clock import LONDON
from front_door import choices, rows
from front_door.bot_client import Reply
from front_door.inbox import Accepted
from front_door.model import Conversation
from front_door.resident import aside
from front_door.resident.checking import Checks, own, own_on_page
from front_door.resident.naming import plain_team
from front_door.resident.taking_back import take_back
from front_door.resident.words import Ask, Asked, ResidentWords
from front_door.saying import Voice, say
from front_door.takeover.keeping import open_question
from referrals import handling
from referrals.model import CLOSED, Referral
from referrals.status import StatusWords, sentence_case
from referrals.working_time import day_words

if TYPE_CHECKING:
    from front_door.inbox import WebPost
    from front_door.sms.inbox import InboundText

KIND = "referral"  # of a message that asks, and of our answer
PATH = "/referral"
_JOINED = "joined"  # a person of ours has the conversation: it is for them to answer
_MOST = 3  # references named in one text
_WITH = {"status": "STATUS", "withdraw": "TAKE IT BACK", "copy": "SEND A COPY"}


@dataclass(frozen=True)
class Chatting:
    """page: the address of our page, as residents read it by text."""

    words: ResidentWords
    status: StatusWords
    checks: Checks
    page: str

    def text(
        self,
        session: Session,
        talk: Conversation,
        text: InboundText,
        kind: str,
        away: bool,
        now: datetime,
        voice: Voice,
    ) -> Accepted | None:
        """Answer a text that asks for a referral, or that answers our question about one. None: it is the conversation's.

        talk: that of the number, held for writing. kind: what sort of text it is. away: the last text was hours ago, so
        somebody else may hold the phone.
        """
        if kind != "text" or talk.person == _JOINED or talk.texts_stopped or text.flags:
            aside.put_back(talk)
            return None
        chosen = None if away else aside.answered(talk, text.body)
        kept = aside.put_back(talk)
        if chosen and kept:
            said = self._chosen(session, talk, text, chosen, str(kept["reference"]), now, voice)
            return self._answer(session, talk, text, said, now, voice)
        asked = self.words.asked(text.body)
        if asked is None or choices.resolve(text.body, talk.pending_choices or []) is not None:
            return None
        theirs = [] if away else own(session, talk.id)
        if not asked.sure and not theirs:
            return None
        if not away and _may_answer(session, talk, asked, theirs):
            found = self.checks.by_text(session, asked.reference or "", text.sender_digest, now)
            if found is None:
                return None
            said = self._about(talk, found, asked.ask, now, voice)
        else:
            said = self._by_text(session, talk, text, asked, theirs, now, voice)
        return self._answer(session, talk, text, said, now, voice)

    def post(self, session: Session, talk: Conversation | None, post: WebPost, now: datetime) -> Reply | None:
        """The answer to a message of the page that asks for a referral; None when it is the conversation's."""
        if post.flags or post.choice is not None or (talk is not None and talk.person == _JOINED):
            return None
        asked = self.words.asked(post.text)
        if asked is None or (talk and choices.resolve(post.text, talk.pending_choices or []) is not None):
            return None
        theirs = own_on_page(session, talk) if talk else []
        if (not asked.sure and not theirs) or (talk and _may_answer(session, talk, asked, theirs)):
            return None
        return Reply(self._on_page(asked, theirs, now), data={"kind": KIND})

    def _on_page(self, asked: Asked, theirs: list[Referral], now: datetime) -> str:
        words = self.words
        named = [one for one in theirs if asked.reference in (None, one.reference)]
        if not named:
            return words.chat_look_up
        if asked.ask == "status":
            told = (self.status.in_words(one, now) for one in named)
            return "\n".join(
                words.status.format(reference=one.reference, status=said) for one, said in zip(named, told, strict=True)
            )
        text = {"withdraw": words.chat_withdraw, "change": words.chat_change, "copy": words.chat_copy}[asked.ask]
        return text.format(reference=named[0].reference)

    def _by_text(
        self,
        session: Session,
        talk: Conversation,
        text: InboundText,
        asked: Asked,
        theirs: list[Referral],
        now: datetime,
        voice: Voice,
    ) -> Reply:
        words = self.words
        if asked.ask == "change":
            return _plain(words.change.format(page=self.page))
        if asked.reference is None:
            if not theirs:
                return _plain(words.ask_reference)
            if len(theirs) > 1:
                known = ", ".join(one.reference for one in theirs[:_MOST])
                return _plain(words.several.format(word=_WITH[asked.ask], references=known))
            referral: Referral | None = handling.find(session, theirs[0].reference)
        else:
            referral = self.checks.by_text(session, asked.reference, text.sender_digest, now)
        if referral is None:
            return _plain(words.not_found.format(page=self.page))
        return self._about(talk, referral, asked.ask, now, voice)

    def _about(self, talk: Conversation, referral: Referral, ask: Ask, now: datetime, voice: Voice) -> Reply:
        words, team = self.words, plain_team(referral, self.words, voice.texts.private)
        if ask == "copy":
            sent = day_words(referral.created_at.astimezone(LONDON).date())
            return _plain(words.copy.format(reference=referral.reference, team=team, sent=sent, page=self.page))
        if ask == "withdraw" and referral.state not in CLOSED:
            question = words.withdraw.format(reference=referral.reference, team=team)
            return Reply(sentence_case(question), aside.ask(talk, referral.reference, words), {"kind": KIND})
        status = self.status.in_words(referral, now, team)
        return _plain(words.status.format(reference=referral.reference, status=status))

    def _chosen(
        self,
        session: Session,
        talk: Conversation,
        text: InboundText,
        chosen: str,
        reference: str,
        now: datetime,
        voice: Voice,
    ) -> Reply:
        words = self.words
        said = words.kept
        if chosen == aside.TAKE:
            referral = self.checks.by_text(session, reference, text.sender_digest, now)
            if referral is None:
                return _plain(words.not_found.format(page=self.page))
            outcome = take_back(session, referral, by="sms", now=now)
            spoken = {"withdrawn": words.withdrawn, "closed": words.closed, "already": words.already}[outcome]
            team = plain_team(referral, words, voice.texts.private)
            said = sentence_case(spoken.format(reference=reference, team=team))
            if outcome == "withdrawn":
                said += " " + words.deleted.format(days=self.status.days)
        return _plain(f"{said} {words.still_open}" if talk.pending_choices else said)

    def _answer(
        self, session: Session, talk: Conversation, text: InboundText, reply: Reply, now: datetime, voice: Voice
    ) -> Accepted:
        """Note the text and answer it; the open question of the conversation stays open."""
        message = rows.add_message(
            session, talk, "in", text.body, text.received_at, kind=KIND, provider_id=text.provider_id
        )
        talk.last_seen_at = max(talk.last_seen_at, text.received_at)
        pending, held, kept = talk.pending_choices, talk.held, talk.aside
        say(session, talk, message.id, [reply], voice, now, welcome=True)
        talk.pending_choices, talk.held, talk.aside = pending, held, kept
        return Accepted("noted", talk.id, message.id, message.seq)


def _may_answer(session: Session, talk: Conversation, asked: Asked, theirs: list[Referral]) -> bool:
    """Whether what looks like a reference may well be the answer to the open question of the conversation: six figures, say."""
    if not asked.bare or asked.reference in {one.reference for one in theirs}:
        return False
    return bool(talk.pending_choices or open_question(session, talk))


def _plain(text: str) -> Reply:
    return Reply(text, data={"kind": KIND})
