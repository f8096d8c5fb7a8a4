"""G9: whose address limits count for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from front_door.addresses import parse_networks, visitor

PROXIES = parse_networks(("10.0.0.0/8", "127.0.0.1"))


@settings(deadline=None)
@given(peer=st.ip_addresses(v=4).map(str), forged=st.lists(st.text(max_size=60), max_size=4))
def test_g9_without_trusted_proxies_no_header_changes_anything(peer: str, forged: list[str]) -> None:
    """The default: whoever is connected is who counts, whatever they write."""
    assert visitor(peer, forged, ()) == peer


@settings(deadline=None)
@given(forged=st.lists(st.one_of(st.ip_addresses().map(str), st.text(max_size=40)), max_size=40))
def test_g9_what_a_visitor_writes_before_the_proxys_entry_counts_for_nothing(forged: list[str]) -> None:
    """A proxy appends the address it saw; everything left of that is the visitor's own invention."""
    header = ", ".join([*(word.replace(",", " ") for word in forged), "203.0.113.9"])
    assert visitor("10.1.2.3", [header], PROXIES) == "203.0.113.9"
    assert visitor("10.1.2.3", [header, "10.9.9.9"], PROXIES) == "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", ["192.0.2.1"], "203.0.113.5"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1:51234"], "192.0.2.1"),
        ("10.0.0.1", ["[2001:db8:1:2::3]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["10.0.0.7"], "10.0.0.7"),
        ("127.0.0.1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("", ["192.0.2.1"], ""),
    ],
)
def test_g9_the_visitor_behind_proxies(peer: str, forwarded: list[str], address: str) -> None:
    """From the right, the first address that is no proxy of ours; one IPv6 household is one visitor."""
    assert visitor(peer, forwarded, PROXIES) == address
