"""Reference numbers a person can read out and write down."""

from __future__ import annotations

import secrets

# No character that looks like another (0 O, 1 I L, 5 S, 2 Z, 8 B), none that sounds like another on the phone
# (B C D E G P T V, M N, F S, A 8, J K), and no vowel, so that no word comes out.
ALPHABET = "234679FHKMPRWXY"
LENGTH = 6


def new_reference() -> str:
    """A random reference such as "K7M-4PR": about 11 million of them, so the caller checks that it is free."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{drawn[:3]}-{drawn[3:]}"
