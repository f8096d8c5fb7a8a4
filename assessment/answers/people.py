"""Whom a message asks for: the writer, or somebody else."""

from __future__ import annotations

import re

from assessment.gazetteer import normalise

_PERSON = (
    r"(?:mum|mam|mom|mother|dad|father|nan|nana|nanna|gran|grandma|grandad|granddad|grandmother|grandfather|son|daughter|lad|lass|brother|sister|husband|wife|partner|"
    r"fella|missus|boyfriend|girlfriend|aunt|auntie|aunty|uncle|cousin|friend|mate|neighbour|neighbor|patient|client|tenant|parents|stepdad|stepmum|"
    r"mother[- ]in[- ]law|father[- ]in[- ]law|mum[- ]in[- ]law|dad[- ]in[- ]law|lady|gentleman|old boy|customer|parishioner|service user)"
)
_FOR_OTHER = re.compile(
    rf"\b(?:for|behalf of|about|worried about|refer|referring|help)\s+(?:my|our|a|an|the|this|one of (?:our|my))\s+(?:\w+\s+){{0,3}}?{_PERSON}s?\b"
    rf"|\b(?:a|one of our|one of my|this|our)\s+(?:\w+\s+){{0,2}}?(?:patient|client|tenant|customer|parishioner|service user)s?\b"
    rf"|\bmy\s+(?:\w+[\s-]+){{0,3}}?{_PERSON}s?\b(?:'?s)?(?=\s+(?:is|has|was|keeps|cant|cannot|needs|wants|feels|lives|does|doesnt|isnt|hasnt|wont|struggles|gets|got|who|never|just|sits|"
    rf"fell|falls|had|hates|would|could|smokes|drinks|can|are|\w+ing|wont|lost|misses|seems|worries|nt|been|forgets|stopped|started|owes)\b)"
    rf"|\bwe have an?\s+(?:\w+\s+){{0,3}}?{_PERSON}\b"
    r"|\b(?:on|in) behalf of\b|\bnot for me\b|\bfor someone else\b|\bfor somebody else\b|\bi am (?:a|the|her|his|their) (?:gp|nurse|doctor|receptionist|social worker|support worker|link worker|carer)\b"
    r"|\b(?:she|he|they) (?:lives|needs|cant|is struggling|has been|keeps)\b"
)  # fmt: skip
_ABOUT_SELF = re.compile(
    rf"\bmy\s+(?:\w+[\s-]+){{0,3}}?{_PERSON}s?\s+(?:has\s+|have\s+|had\s+|just\s+|recently\s+|sadly\s+|suddenly\s+)*(?:died|dies|passed|gone|left me|walked out|was killed|killed|is dead|hits|hit|hurts|beats|"
    rf"threatens|shouts|scares|controls|abuses|abused|cheated|moved out|is in prison|was my)\b"
    rf"|\blost my\s+(?:\w+\s+){{0,2}}?{_PERSON}\b|\bi (?:look after|care for|am caring for|m caring for|miss)\b|\b(?:looking after|caring for|care of) my\b"
    rf"|\bdeath of my\b|\bsince my\b|\bwhen my\b|\bmy\s+(?:\w+\s+){{0,2}}?{_PERSON}s?\s+(?:is |was |keeps |always )*(?:violent|abusive|hitting|hurting|controlling)\b"
)  # fmt: skip
_EXPLICIT_OTHER = re.compile(
    rf"\b(?:behalf of|not for me|for someone else|for somebody else|worried about (?:my|our|a)|(?:asking|writing|here|enquiring|messaging|ringing|help|support|referral|something) for (?:my|our|a|the)\s+(?:\w+\s+){{0,3}}?{_PERSON})\b"
)
# A need of the writer's own that comes first: "i cant pay the bill and my mum keeps falling".
_OWN_FIRST = re.compile(
    r"^(?:(?!\bmy (?:mum|dad|nan|son|daughter|husband|wife|friend|neighbour)\b).)*?"
    r"\b(?:i (?:also )?(?:cant (?:pay|afford|sleep|cope|find|get out|work|walk|manage|eat|heat|breathe|stop)|cannot (?:pay|afford|sleep|cope|walk)|owe|smoke|drink|lost my|have no|havent (?:got|any)|need (?:help with|food|money)|feel|struggle)"
    r"|(?:im|i am) (?:\w+ )?(?:skint|lonely|behind|depressed|homeless|struggling|in debt|broke|hungry|disabled|out of work|being evicted))\b.*\b(?:and|plus|also) my\b"
)


_DIALECT_MY = re.compile(rf"\bme (?=(?:own |old |poor |dear )*{_PERSON}\b)")  # "me nan", as said in the East Midlands


def about_other(text: str) -> bool:
    """
    True when a message asks for help for somebody else: "my mum keeps falling", "a patient of ours", "for my neighbour".

    Somebody who tells of their own loss, harm or caring ("my husband died", "I look after my mum") asks for themselves, and
    so does somebody whose own need comes first ("i cant pay the bill and my mum keeps falling").
    """
    plain = _DIALECT_MY.sub("my ", normalise(text))
    if _EXPLICIT_OTHER.search(plain):
        return True
    return bool(_FOR_OTHER.search(plain)) and not _ABOUT_SELF.search(plain) and not _OWN_FIRST.search(plain)
