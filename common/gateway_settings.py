"""Settings of the public process that are more than a word: whose word it takes for an address, and what is no secret."""

from __future__ import annotations

import ipaddress
import re

_VARIETY = 8  # different characters; 32 random hex digits have fewer less than once in a million keys
_SAMPLE = re.compile(
    r"change.?(me|this|it)\b|example|default|placeholder|password|your.?(own|secret|key)", re.IGNORECASE
)


def read_networks(given: str) -> tuple[str, ...]:
    """The addresses and networks of TRUSTED_PROXIES, as written. Raises ValueError naming the one that is none."""
    names = tuple(given.replace(",", " ").split())
    for name in names:
        try:
            ipaddress.ip_network(name)
        except ValueError:
            raise ValueError(f"TRUSTED_PROXIES must list addresses or networks like 10.0.0.0/8, not {name!r}") from None
    return names


def refuse_sample(secret: str) -> None:
    """Raises ValueError for a SECRET_KEY that somebody typed or copied from a manual. It is not repeated in the message."""
    if len(set(secret)) < _VARIETY or _SAMPLE.search(secret):
        raise ValueError(
            "SECRET_KEY looks like an example, not like random characters; production needs one of its own"
        )
