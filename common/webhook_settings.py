"""The secrets that webhooks are signed with."""

from __future__ import annotations

SHORTEST = 32  # characters


def read_webhook_secrets(given: str) -> tuple[tuple[str, str], ...]:
    """(name, secret) pairs of WEBHOOK_SECRETS, written "name=secret,name=secret"; a name twice while its secret is replaced.

    Raises ValueError for anything else; the message repeats no secret.
    """
    pairs = []
    for number, part in enumerate((part.strip() for part in given.split(",") if part.strip()), start=1):
        name, equals, secret = (piece.strip() for piece in part.partition("="))
        if not name or not equals or len(secret) < SHORTEST:
            raise ValueError(
                f"WEBHOOK_SECRETS: entry {number} must be name=secret, the secret of at least {SHORTEST} characters"
            )
        pairs.append((name, secret))
    return tuple(pairs)
