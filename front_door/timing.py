"""How long the front door waits for what, and how much it takes from whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

SHUTDOWN_SECONDS = 3.0  # for answers that are being written; who waits for a reply is let go at once


@dataclass(frozen=True)
class Timing:
    """Seconds unless a field says otherwise. The defaults are the product's; tests shorten them."""

    break_silence: float = 1.5  # after arrival: danger is answered, trouble is owned up to (promise: within 2 s)
    busy_silence: float = 5.0  # the same when nothing is wrong but the queue is long
    bot_call: float = 10.0
    bot_calls_at_once: int = 16
    lease: float = 30.0
    sweep: float = 1.0  # how often abandoned work is looked for
    settle: float = 5.0  # how often what other workers answered is let go of
    give_up: float = 900.0
    retry: tuple[float, ...] = (0.3, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    breaker_failures: int = 5
    breaker_pause: float = 2.0
    store: float = 1.8  # a web message that cannot be stored by then is refused, with its text kept on the page
    web_wait: float = 5.0
    probe: float = 0.5  # for so long /readyz repeats what it found
    follow_ups: float = 3.0  # how often texts that were agreed to for later are looked for
    tend: float = 2.0  # how often chats in which a person was asked for, or is, are looked after
    missed: float = 240.0  # how often the provider's own list of texts to us is read
    missed_overlap: timedelta = timedelta(
        hours=6
    )  # read again each time: lists fill late, and a webhook fails for one text only
    missed_back: timedelta = timedelta(days=3)  # the furthest look back, after an outage of the whole service
    stop: float = 8.0  # turns under way at shutdown get this long
    session_idle: timedelta = timedelta(minutes=60)
    session_warning: timedelta = timedelta(minutes=55)  # of quiet; the page then asks if somebody is still there
    sms_away: timedelta = timedelta(
        hours=4
    )  # after so long a text is answered by an offer to carry on, and nothing told is repeated
    sms_fresh_start: timedelta = timedelta(hours=72)


@dataclass(frozen=True)
class SendTiming:
    """Seconds between tries of the outbox; the defaults are the product's."""

    poll: float = 1.0
    call: float = 10.0
    look_up_after: float = 3.0
    retry: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
    lease: float = 30.0
    too_old: timedelta = timedelta(hours=1)  # a chat reply that late is of no use; the same as ValidityPeriod
    crisis_too_old: timedelta = timedelta(hours=24)
    at_once: int = 8


@dataclass(frozen=True)
class Limits:
    """How much one address, one number or everybody together may send."""

    body_bytes: int = 64 * 1024
    text_characters: int = 10_000
    chats_a_minute: int = 60
    messages_a_minute: int = 600
    one_chat_a_minute: int = 600
    texts_a_minute: int = 30
    same_text_running: int = 3
    backlog: int = 2_000
    transcript_lines: int = 200

    @classmethod
    def of(cls, production: bool) -> Limits:
        """The product's limits. In development one chat may post as much as its address: conversations are played there."""
        return cls(one_chat_a_minute=60) if production else cls()


@dataclass(frozen=True)
class Pace:
    """All of the above, as the application takes it."""

    timing: Timing = field(default_factory=Timing)
    sending: SendTiming = field(default_factory=SendTiming)
    limits: Limits = field(default_factory=Limits)
