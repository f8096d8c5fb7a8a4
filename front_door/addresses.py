"""Whose address counts: the peer's own, unless a proxy that a setting names says for whom it asks.

A header can be typed by anybody, so `X-Forwarded-For` is believed only from a peer in TRUSTED_PROXIES, and only as far as each hop
behind it is such a proxy too: reading from the right, the first address that is none of ours is the visitor's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_HOUSEHOLD = 64  # bits; one IPv6 customer has at least a /64, so a limit for each address would be none (RFC 6177)
_MOST_HOPS = 20
_WITH_PORT = re.compile(r"(\d+(?:\.\d+){3}|\[[^\]]*\]):\d{1,5}")


def parse_networks(names: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks ("10.0.0.0/8", "::1") as networks. Raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(name) for name in names)


def visitor(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address that limits count for.

    peer: who is connected to us. forwarded: the values of every X-Forwarded-For header, as they came. An IPv6 address is
    shortened to its /64. A peer without an address (a Unix socket) is "".
    """
    here = _address(peer)
    if here is None:
        return ""
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    for hop in reversed(hops[-_MOST_HOPS:]):
        if not any(here in network for network in trusted):
            break
        before = _address(hop)
        if before is None:  # a proxy that we trust wrote nonsense, or passed it on: it stands for its visitors itself
            break
        here = before
    return str(here) if here.version == 4 else str(ipaddress.ip_network((here, _HOUSEHOLD), strict=False))


def _address(text: str) -> Address | None:
    if with_port := _WITH_PORT.fullmatch(text):  # some proxies write it
        text = with_port[1]
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def visitors(trusted: Sequence[Network]) -> Middleware:
    """Every handler sees the visitor's address as `request.remote`; the header itself is read here and nowhere else."""

    @web.middleware
    async def find(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = visitor(request.remote or "", request.headers.getall("X-Forwarded-For", []), trusted)
        return await handler(request.clone(remote=address))

    return find
