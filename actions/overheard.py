"""What a resident says in passing, in any form: what makes talking easier, and which of the services shown they will use."""

from __future__ import annotations

import re

from actions.about_services import meant_all
from actions.services import Services
from actions.turn import Turn

ACCESS = "access_needs"  # the question of the bank, and the field of the packet
NONE = "none"  # the answer "no" to it
_PICKS = re.compile(
    r"\b(?:(?:i|we|he|she|they)(?:['’]?(?:ll|d)| will| would| shall| want to| wanna| can| might|['’]?m going to| am going to|['’]?m gonna| think i['’]?ll)?|ill|shell|theyll|gonna|going to|let me|happy to)"
    r" (?:\w+ )?(?:try|ring|call|phone|use|contact|text|email|e-mail|go (?:to|with|for)|get in touch with|have a go (?:at|with)|give|take|pick|choose)\b(?! (?:me|us|him|her|back)\b)"
    r"|\b(?:i|we|he|she|they)(?:['’]?d| would) like (?:to (?:try|use|ring|call|go)\b|(?:the (?:first|second|third|last|1st|2nd|3rd)|number)\b)"
    r"|\b(?:sounds?|looks?) (?:\w+ )?(?:good|great|right|best|perfect|nice|just the job|ideal)\b|\bgo(?:ing)? (?:with|for)\b",
    re.IGNORECASE,
)
_PAST_OR_NO = re.compile(
    r"\b(?:not|n['’]t|dont|wont|cant|couldnt|didnt|wouldnt|never|already|tried|rang|called|used to|no good|rather|instead of)\b|n['’]t\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?;,\n]+|\bbut\b", re.IGNORECASE)


def hear(turn: Turn, services: Services) -> bool:
    """Keep both kinds of thing from the newest message. True when it told something new of what makes talking easier."""
    if turn.choice or not turn.text:
        return False
    if turn.asked in ("next_step", None) and turn.loop != "referral_form":
        _hear_choice(turn)
    return _hear_access(turn, services)


def _hear_access(turn: Turn, services: Services) -> bool:
    heard = services.access.heard(turn.text, turn.about_other)
    known = str(turn.get("answers", {}).get(ACCESS, ""))
    asked_now = turn.get("question") == ACCESS and turn.asked is not None
    new = [f"{label}: “{said}”" for label, said in heard.items() if label not in known and said not in known]
    if not new or asked_now:  # the answer to the question itself is kept whole
        return False
    before = [known] if known and known not in _SAID_NOTHING else []
    turn.set(
        answers={**turn.get("answers", {}), ACCESS: "; ".join([*before, *new])},
        told=list(dict.fromkeys([*turn.get("told", []), ACCESS])),
    )
    return True


_SAID_NOTHING = (NONE, "skip", "dont_know")


def _hear_choice(turn: Turn) -> None:
    last = turn.get("shown_last", [])
    chosen: list[str] = turn.get("chosen", [])
    for part in _CLAUSE.split(turn.text) if last else ():
        if not _PICKS.search(part) or _PAST_OR_NO.search(part):
            continue
        named = meant_all(turn, part)
        chosen = list(dict.fromkeys([*chosen, *named]))
    if chosen != turn.get("chosen", []):
        turn.set(chosen=chosen)


def chosen_names(turn: Turn) -> list[str]:
    """The names of the shown services that the resident said they will use, in the order said."""
    shown = turn.get("shown", {})
    return [shown[id] for id in turn.get("chosen", []) if id in shown]


def access_words(turn: Turn, services: Services) -> str:
    """What makes talking easier, as staff and the resident read it; empty when nobody said anything of it."""
    said = str(turn.get("answers", {}).get(ACCESS, ""))
    if said == NONE:
        return services.words["access_none"]
    return "" if said in _SAID_NOTHING else said
