"""Links in texts: to our own page and the state's, and nowhere else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from front_door.sms import links
from front_door.sms.text_rules import TextRules
from tests.front_door.support import DATA

RULES = TextRules.load(DATA, "https://help.example.org")


def test_o8_no_link_but_ours_and_the_states() -> None:
    """Addresses that end like one of ours stay; others become words, and nothing else in the text changes."""
    text = (
        "See https://help.example.org/chat, www.leicestershire.gov.uk/a?b=1 or firstcontactplus.org.uk. "
        "Trade: https://www.tradesexualhealth.com, bit.ly/x (evil.gov.uk.example.com). Mail info@mensadviceline.org.uk at 5.30pm."
    )
    out = RULES.links.left_out
    assert links.only_ours(text, RULES.links) == (
        "See https://help.example.org/chat, www.leicestershire.gov.uk/a?b=1 or firstcontactplus.org.uk. "
        f"Trade: {out}, {out} ({out}). Mail info@mensadviceline.org.uk at 5.30pm."
    )


_HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,12}(\.[a-z][a-z0-9-]{0,8}){0,2}\.(com|org|uk|net)", fullmatch=True)


@settings(deadline=None)
@given(
    _HOSTS,
    st.sampled_from(["https://", "http://", "www.", ""]),
    st.sampled_from(["", "/a", "/gov.uk", "?x=.gov.uk", ":80/nhs.uk"]),
)
def test_o8_a_foreign_host_never_stays(host: str, before: str, after: str) -> None:
    """However it is written, unless it ends like one of ours."""
    ours = any(host == known or host.endswith(f".{known}") for known in RULES.links.allowed)
    kept = links.only_ours(f"Look at {before}{host}{after} today", RULES.links)
    assert (host in kept) is ours
