"""Links in a text: only to places of our own and of the state. Anything else could be anybody's, and shows on the phone bill's owner."""

from __future__ import annotations

import re

from front_door.sms.text_rules import Links

# With a scheme or "www." anything is a link; a bare name is one where phones make it one, which they do by its ending.
_ENDINGS = "uk|com|org|net|info|io|co|eu|ly|me|app|health|charity|help|link|london|online|site|support|gl|to|tv"
_LINK = re.compile(
    rf"(?<![\w@.])(?:https?://|www\.)[^\s,;<>()\"']+|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_ENDINGS})\b(?![\w@-])(?:/[^\s,;<>()\"']*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?://)?(?:[^/@\s]*@)?([a-z0-9.-]+)", re.IGNORECASE)
_TAIL = ".!?:"


def only_ours(text: str, links: Links) -> str:
    """`text` with every link to another place than `links.allowed` (or below it) replaced by `links.left_out`. E-mail
    addresses are no links.
    """

    def replaced(match: re.Match[str]) -> str:
        link = match.group().rstrip(_TAIL)
        return match.group() if _is_ours(link, links) else links.left_out + match.group()[len(link) :]

    return _LINK.sub(replaced, text)


def _is_ours(link: str, links: Links) -> bool:
    found = _HOST.match(link)
    host = found.group(1).casefold().strip(".") if found else ""
    return any(host == known or host.endswith(f".{known}") for known in links.allowed if known)
