"""The turn engine: one turn at a time per conversation, in order of arrival, retried until it is answered."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.database import Database
from front_door import claiming, rows, turns
from front_door.asking import Asker
from front_door.bot_client import BotFailed
from front_door.bot_fleet import BotFleet
from front_door.breaker import Breaker
from front_door.claiming import Lease, Turn
from front_door.faults import where
from front_door.intake import Intake
from front_door.local_replies import local_replies
from front_door.news import News
from front_door.saying import Voice
from front_door.silence import SilenceWatch
from front_door.sweeping import Sweep
from front_door.timing import Timing
from front_door.turns import Ended

logger = logging.getLogger(__name__)
Observe = Callable[[str, str, float], None]  # channel, outcome (see front_door.metrics), seconds since arrival


class Engine:
    """Takes stored messages to the bot and their answers back.

    `on_texts` is called after a transaction that may have queued texts to send; `observe` when a try of a turn ended.
    """

    def __init__(
        self,
        db: Database,
        bot: BotFleet,
        voice: Voice,
        clock: Clock,
        timing: Timing,
        observe: Observe = lambda channel, outcome, seconds: None,
    ) -> None:
        self._db = db
        self._voice = self.voice = voice
        self._clock = clock
        self._timing = timing
        self._observe = observe
        self.on_texts: Callable[[], None] = lambda: None
        self.lease = Lease(f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}", timing.lease)
        self._asker = Asker(bot, voice.words, timing)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._claimed: dict[str, Turn] = {}
        self._stuck: set[str] = set()  # conversations whose newest try failed
        self.news = News()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False
        self._silence = SilenceWatch(timing, self._break_silence)
        self._sweep = Sweep(db, clock, self._silence, self.news, timing.settle)
        intake = Intake(db, clock, timing, self.lease, self._silence, self.news, self._run, voice)
        self.submit_web, self.store, self.begin = intake.submit_web, intake.store, intake.begin

    @property
    def breaker(self) -> Breaker:
        return self._asker.breaker

    @property
    def backlog(self) -> int:
        """Messages taken in by this process that wait for an answer."""
        return self._silence.watched

    async def start(self) -> None:
        """Take up what an earlier process left, then look for abandoned work again and again."""
        if self._db.engine.dialect.name == "sqlite":  # one file, one front door: older leases are of the dead
            await self._db.run(rows.release_all_leases)
        await self._sweep.watch_everything()
        self._sweeper = asyncio.create_task(self._sweep_for_ever())

    async def stop(self) -> None:
        """Start no new turn; give those under way some time, then leave them to the next process."""
        self._stopping = True
        self._silence.close()
        self.news.close()
        if self._sweeper:
            self._sweeper.cancel()
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=self._timing.stop)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:  # a process beside this one need not wait until the leases run out
            await self._db.run(rows.release_leases, self.lease.owner)
        except SQLAlchemyError as error:
            logger.error("stop: database: %s", type(error).__name__)

    def _run(self, conversation: str, turn: Turn | None = None) -> None:
        if self._stopping:
            return
        if conversation in self._running:
            # A task that is about to find that this very turn was claimed: it hands over when it ends.
            if turn is not None:
                self._claimed[conversation] = turn
            return
        task = asyncio.create_task(self._work(conversation, turn))
        self._running[conversation] = task
        task.add_done_callback(lambda _: self._ended(conversation))

    def _ended(self, conversation: str) -> None:
        self._running.pop(conversation, None)
        if turn := self._claimed.pop(conversation, None):
            self._run(conversation, turn)

    async def _work(self, conversation: str, turn: Turn | None) -> None:
        holding = turn is not None
        while not self._stopping:
            try:
                if turn is None:
                    turn = await self._db.run(claiming.claim, conversation, self.lease, self._clock.now(), holding)
                if turn is None:
                    self._stuck.discard(conversation)  # it is answered, or another worker's
                    return
                holding = True
                turn = await self._one(turn)
                if turn is None:
                    return
            except SQLAlchemyError as error:
                # Nothing was written, so the same turn is claimed again; the bot then repeats what it answered.
                logger.error("conversation %s: database: %s", conversation, type(error).__name__)
                turn = None
                await asyncio.sleep(self._timing.sweep)
            except Exception as error:
                # A fault of ours counts as a failed try: the resident hears the truth, others go on.
                logger.error("conversation %s: %s", conversation, where(error))
                if turn is None:
                    return
                turn = await self._failed(turn, BotFailed(type(error).__name__))

    async def _one(self, turn: Turn) -> Turn | None:
        replies = local_replies(turn, self._voice.words)
        local = replies is not None
        if replies is None:
            try:
                replies, recovered = await self._asker.ask(turn)
                if recovered:
                    await self._wake(list(self._stuck - {turn.conversation}))
            except BotFailed as error:
                return await self._failed(turn, error)
        ended = await self._db.run(turns.finish, turn, replies, self._voice, self.lease, self._clock.now(), local)
        self._answered(turn, ended, "answered")
        return ended.next

    async def _failed(self, turn: Turn, error: BotFailed) -> Turn | None:
        logger.warning("conversation %s: turn failed: %s", turn.conversation, error)
        self._stuck.add(turn.conversation)
        delay = max(
            self._timing.retry[min(turn.attempts, len(self._timing.retry) - 1)], self._asker.breaker.seconds_to_trial()
        )
        ended = await self._db.run(
            turns.fail,
            turn,
            self._voice,
            self.lease,
            self._clock.now(),
            delay,
            timedelta(seconds=self._timing.give_up),
        )
        if ended.done:
            self._answered(turn, ended, "given_up")
            return ended.next
        self._observe(turn.channel, "failed", 0.0)
        if not self._stopping:
            asyncio.get_running_loop().call_later(delay, self._run, turn.conversation)
        return ended.next

    async def _wake(self, conversations: list[str]) -> None:
        """Try these now, whatever their back-off says: the bot seems to be back."""
        if conversations:
            await self._db.run(rows.end_back_off, conversations)
            for conversation in conversations:
                self._run(conversation)

    def _answered(self, turn: Turn, ended: Ended, outcome: str) -> None:
        self._stuck.discard(turn.conversation)
        if ended.counted:
            self._observe(turn.channel, outcome, (self._clock.now() - turn.oldest).total_seconds())
        for message in turn.messages:
            self._silence.done(message)
            if ended.counted:
                self.news.answered(message, ended.said)
        self._tell(turn.conversation, turn.channel)

    def changed(self, conversation: str) -> None:
        """Something was said beside the turns: who waits for news looks, and texts go out."""
        self._tell(conversation, channel="sms")

    def _tell(self, conversation: str, channel: str) -> None:
        self.news.tell(conversation)
        if channel == "sms":
            self.on_texts()

    async def _break_silence(self, message: str, conversation: str, patience_over: bool) -> bool:
        troubled = patience_over or conversation in self._stuck or self._asker.troubled(conversation)
        over = await self._db.run(turns.break_silence, message, self._voice, self._clock.now(), troubled)
        if over:
            self._tell(conversation, channel="sms")  # of whatever channel: it is rare
        return over

    async def _sweep_for_ever(self) -> None:
        last_renewal = time.monotonic()
        while True:
            try:
                for conversation in await self._sweep.abandoned():
                    self._run(conversation)
                await self._sweep.settle()
                if self._stuck and await self._asker.may_try_again():
                    await self._wake([next(iter(self._stuck))])  # the trial; its success wakes the others
                if self._running and time.monotonic() - last_renewal > self._timing.lease / 3:
                    last_renewal = time.monotonic()
                    until = self.lease.until(self._clock.now())
                    await self._db.run(rows.renew_leases, list(self._running), self.lease.owner, until)
            except SQLAlchemyError as error:
                logger.error("sweep: database: %s", type(error).__name__)
            await asyncio.sleep(self._timing.sweep)
