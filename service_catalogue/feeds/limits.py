"""What a feed may cost us. A feed is somebody else's text: every size it can choose has an upper bound here."""

from __future__ import annotations

from dataclasses import dataclass


class FeedError(Exception):
    """The feed cannot be read at all; the message says why in plain words."""


@dataclass(frozen=True)
class Limits:
    """`body_bytes`: of one file or answer, unpacked. `depth`: lists and objects inside one another. Times in seconds."""

    body_bytes: int = 100_000_000
    record_chars: int = 5_000_000
    depth: int = 64
    records: int = 200_000
    pages: int = 5_000
    redirects: int = 5
    at_once: int = 8
    attempts: int = 5
    connect_seconds: float = 10.0
    silence_seconds: float = 30.0
    answer_seconds: float = 180.0
    first_wait: float = 0.5
    longest_wait: float = 120.0
