"""The single words that belong to the network operator and the provider, not to the conversation."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "stop_own", "start", "start_quiet", "help", "help_own"]

_STOP = frozenset({"stop", "stopall", "unsubscribe", "revoke", "optout"})
_STOP_BY_DEFAULT = frozenset({"end", "cancel", "quit"})
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info"})


def classify(body: str, opt_out_type: str, mode: str, stopped: bool) -> Keyword | None:
    """What keyword a text is, or None when it belongs to the conversation.

    body: the whole text; only a text that is the single word counts, so that "stop hitting me" is none.
    opt_out_type: Twilio's `OptOutType` ("" when it did not act). When set, Twilio has answered and we stay silent.
    mode: the setting SMS_KEYWORDS. `advanced`: END, CANCEL, QUIT, YES, HELP and INFO belong to the conversation unless
    Twilio says otherwise; `default`: Twilio's own list reserves them.
    stopped: whether this number has stopped texts; START and YES only mean something then.

    stop, start, help: the provider acted. stop_own: we act and confirm once. start_quiet: a stopped number asks for texts
    again and the provider answers. help_own: a lone HELP that goes to the conversation, noted for staff.
    """
    kind = opt_out_type.strip().upper()
    if kind in ("STOP", "START", "HELP"):
        return kind.lower()  # type: ignore[return-value]
    word = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", body)).casefold() if len(body) < 40 else ""
    if len(body.split()) > 1 and word != "optout":
        return None
    if word in _STOP:
        return "stop_own"
    if mode == "default" and word in _STOP_BY_DEFAULT:
        return "stop"
    if stopped and (word in _START or (mode == "default" and word == "yes")):
        return "start_quiet"
    if word in _HELP:
        return "help" if mode == "default" else "help_own"
    return None
