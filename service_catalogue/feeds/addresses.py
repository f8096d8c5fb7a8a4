"""Which machines a feed may make us talk to: its own, and others on the open internet; never one inside somebody's network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from service_catalogue.feeds.limits import FeedError


def is_inside(address: str) -> bool:
    """True for loopback, private, link-local and other addresses that are not of the open internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_inside(str(inner))
    return not ip.is_global or ip.is_multicast


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises FeedError when it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FeedError(f"the address of {host} cannot be found") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Guard(AbstractResolver):
    """Resolves names for the HTTP client and refuses inside addresses, so that what was checked is what is connected to.

    The feed's own machine is let through as it was when we began: a council may run its feed on its own network.
    """

    own_port: int
    own_addresses: frozenset[str]  # empty when the feed is on the open internet

    @classmethod
    async def for_feed(cls, url: URL) -> Guard:
        port = url.port or 0
        addresses = await look_up(url.host or "", port)
        return cls(port, frozenset(address for address in addresses if is_inside(address)))

    def allows(self, address: str, port: int) -> bool:
        return not is_inside(address) or (address in self.own_addresses and port == self.own_port)

    async def check(self, url: URL) -> None:
        """Raises FeedError when `url` must not be asked for."""
        if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
            raise FeedError("the feed leads to an address that is no plain web address")
        if not all(self.allows(address, url.port or 0) for address in await look_up(url.host, url.port or 0)):
            raise FeedError("the feed leads to an address inside a private network, which is not followed")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = [address for address in await look_up(host, port) if self.allows(address, port)]
        if not found:
            raise OSError(f"{host} may not be asked")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in found
        ]  # fmt: skip

    async def close(self) -> None:
        return None
