"""Whether it is safe to ring or to text somebody. Wrong once, this can bring harm: whatever is not plainly allowed is not allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assessment.answers.agreement import agrees, is_question
from assessment.gazetteer import normalise, word_set

NOTE_LIMIT = 300


@dataclass(frozen=True)
class SafeContact:
    """`call`, `text`: may the team ring, may it text. `note`: the resident's own words where they say more than that, else empty."""

    call: bool
    text: bool
    note: str


_CALL = word_set(
    "ring rings ringing rung call calls calling called phone phones phoning phoned telephone bell fone landline voicemail voicemails"
)
_TEXT = word_set("text texts texting texted txt txts sms message messages messaging msg msgs")
# A negation anywhere in a part of the answer closes the channels of that part.
_NEGATIVE = word_set(
    "no not never none nothing neither nor dont didnt doesnt cant cannot wont shouldnt wouldnt couldnt isnt arent aint nope nah na without stop avoid unsafe risky dangerous "
    "than instead hate hates anxious anxiety nervous scared frightened panic deaf hear hearing bad worst difficult awkward"
)  # fmt: skip
_FIRST_NO = word_set("no nope nah na n thanks please thank you")
_HARD = word_set("deaf hear hearing anxious anxiety nervous panic awkward")
_CUT = re.compile(r"[,.;:!?\n()–—-]+|\bbut\b|\bso\b|\binstead\b(?! of)|\bjust\b|\bonly\b", re.IGNORECASE)
# Words that change nothing: an answer made of these and of channels alone needs no note.
_PLAIN = word_set(
    "yes yeah yep yh yup aye ar ok okay fine sure either both or and any anything whichever is are me us can you u please pls plz thanks ta thank love duck mate then good great best better "
    "safe its it i im happy with would be will do just a by the go on ahead to all right alright that thats rather prefer like way works for duck they could you re welcome anytime easy easiest"
)  # fmt: skip
_BOTH = re.compile(
    r"(?:(?:yes|yeah|yep|sure|now|it|ok|i|you can|they can|use|do|by|its|is|are|either|both|any|anything|whichever|any of them|either of them|either one|either way|one|way|them|all|dont mind|do not mind|doesnt matter|doesnt bother me|not fussed|not bothered|"
    r"is|fine|ok|okay|good|safe|will do|works|thanks|please|duck|love|for me|no problem|anytime|any time|which|with me|me)(?:\s+|$))+"
)
_BOTH_WORD = re.compile(
    r"\b(?:yes|both|either|any|anything|whichever|all|dont mind|do not mind|doesnt matter|not fussed|not bothered|no problem|safe|fine|ok|okay|anytime)\b"
)
_HARMLESS = re.compile(
    r"\b(?:no (?:problem|problems|worries|bother)|not a problem|(?:i )?(?:dont|do not|doesnt|does not) (?:mind|matter|worry|bother me)|do not worry)\b"
)
_UNSURE = re.compile(
    r"\b(?:dont know|do not know|not sure|unsure|dunno|idk|no idea|maybe|perhaps|depends|hmm+|hm+|umm*|erm*)\b"
)
_WATCHED = re.compile(
    r"\b(?:check|checks|checking|checked|reads|watches|watching|monitors|tracks|tracking|goes through|looks at|looks through|going through|sees|listens|has) (?:\w+ ){0,3}?(?:phone|phones|texts?|messages|mobile|calls|everything|it)\b"
    r"|\b(?:he|she|they|husband|wife|partner|ex|boyfriend|girlfriend) (?:always |often |will |might |could )?(?:checks?|sees?|reads?|watch(?:es)?|finds?|listens?|hears?|knows|kills?|hits?|controls?)\b"
)
_ANSWERED = re.compile(
    r"\b(?:answers|picks up|pick up|picks it up|answer it|is there|is here|in the room|around me|next to me|listening|overhears?|nosy|nosey)\b"
)
_OTHERS = word_set(
    "he she him his her hers hes shes they them their husband husbands wife wifes partner partners ex boyfriend girlfriend fella mum dad son daughter kids children brother sister "
    "nobody alone only unless when while if home out away gone private secret secretly hide code withheld caution careful"
)  # fmt: skip
_NO_OTHERS = word_set("phone mobile nobody alone only no")
_TIMES = word_set(
    "after before until till til from between morning mornings afternoon afternoons evening evenings night nights weekday weekdays weekend weekends monday tuesday wednesday thursday friday saturday sunday mondays "
    "tuesdays wednesdays thursdays fridays saturdays sundays work daytime days lunch tea school time times hours once first except sometimes am pm"
)  # fmt: skip
_OTHER_WAY = re.compile(r"\b(?:e ?mails?|letters?|post|write|whatsapp|facebook|messenger)\b")
_YES_FIRST = re.compile(
    r"(?:(?:oh|ooh|well|um|er|ah|aw) )*(?:yes|yeah|yep|yh|yup|aye|ok|okay|fine|both|either|sure|of course)\b"
)
# Refusing e-mail closes neither ringing nor texting.
_NO_MAIL = re.compile(r"\b(?:no|never|not|dont) (?:send |use )?e ?mails?\b")
_ASK_TO = re.compile(
    r"^(?:\w+ )?(?:(?:can|could|would|will) (?:you|u)|(?:can|could) they) (?:just |please |only |always |not )*(?:ring|call|phone|text|txt|message|email|use)\b"
)


def _own_and_safe(plain: str) -> bool:
    """ "Yes, it is perfectly safe", "yeah its mine": a yes that names no channel and nobody who might see it."""
    words = plain.split()
    if not words or words[0] not in _MAIL_YES or not _OWN.search(plain) or _ANSWERED.search(plain):
        return False
    closing = (_CALL | _TEXT | _NEGATIVE | _OTHERS) - _NO_OTHERS
    return not any(word in closing for word in words)


def safe_contact(text: str) -> SafeContact | None:
    """
    The answer to "is it safe to ring or text you?"; None when it says nothing about that (a question, "hmm", "dunno").

    A channel is allowed only when it is named without a negation, or by a plain yes to both. Whoever might see or answer closes it.
    Anything beyond a plain answer, every condition above all, is kept in `note` in the resident's words, at most 300 characters.
    """
    note = " ".join(text.split())[:NOTE_LIMIT]
    plain = _HARMLESS.sub("fine", normalise(text))
    words = plain.split()
    refusing = re.search(r"\b(?:dont|do not|never|stop|no)\s+(?:\w+ )?(?:ring|call|phone|text|message)\w*\b", plain)
    if (
        is_question(text.replace("?", " "))
        and not _ASK_TO.search(plain)
        and not refusing
        and not _WATCHED.search(plain)
    ):
        return None
    named = _channels(text)
    others = bool(_OTHERS & set(words))
    if _WATCHED.search(plain):
        return SafeContact(False, False, note)
    if _own_and_safe(plain):
        return SafeContact(True, True, "")
    if any(named.values()) or named["refused"]:
        if _UNSURE.search(plain) and not named["refused"] and not others:
            return None
        call = named["call"] and not _ANSWERED.search(plain)
        return SafeContact(call, named["text"], "" if set(words) <= _PLAIN | _CALL | _TEXT else note)
    if agrees(text) or (_BOTH.fullmatch(plain) and _BOTH_WORD.search(plain)):
        return SafeContact(True, True, "")
    if _UNSURE.search(plain) and not others:
        return None
    if (
        any(map(_YES_FIRST.match, map(normalise, _CUT.split(text))))
        and not others
        and not _NEGATIVE & set(words)
        and not _ANSWERED.search(plain)
    ):
        return SafeContact(True, True, note)  # what came beside the yes goes to the team in the resident's words
    said = (
        _NEGATIVE & set(words) or others or _TIMES & set(words) or _ANSWERED.search(plain) or _OTHER_WAY.search(plain)
    )
    return SafeContact(False, False, note) if said else None


def _channels(text: str) -> dict[str, bool]:
    """
    Which channels some part of the text names without a negation, and none with one; `refused`: some part refuses one.

    A negation without a channel closes both, unless it is a first "no", tells why ringing is hard, or is about a time of day.
    """
    allowed: set[str] = set()
    denied: set[str] = set()
    named = False
    for number, part in enumerate(_parts(text)):
        kinds = {"call" if word in _CALL else "text" for word in part if word in _CALL | _TEXT}
        negative = _NEGATIVE & set(part)
        named = named or bool(kinds)
        if not kinds and negative:
            harmless = (number == 0 and set(part) <= _FIRST_NO) or set(part) & (_HARD | _TIMES)
            denied.update(set() if harmless else {"call", "text"})
        (denied if negative else allowed).update(kinds)
    return {"call": "call" in allowed - denied, "text": "text" in allowed - denied, "refused": named and bool(denied)}


def _parts(text: str) -> list[list[str]]:
    """The words of each part within which a negation holds: cut at marks, at "but", at "text | dont ring" and at "dont ring | text me"."""
    straight = re.sub(
        r"\b(my|his|her|the|a|your|same)\s+(?:own |mobile )*phone\b(?!\s+(?:call|me))",
        r"\1 handset",
        _straight(text),
        flags=re.IGNORECASE,
    )
    parts: list[list[str]] = []
    for clause in _CUT.split(straight):
        words = _HARMLESS.sub("fine", _NO_MAIL.sub("", normalise(clause))).split()
        part: list[str] = []
        for index, word in enumerate(words):
            refused = bool(_NEGATIVE & set(part))
            before, after = words[index - 1] if index else "", words[index + 1] if index + 1 < len(words) else ""
            other_channel = (word in _TEXT and _CALL & set(part)) or (word in _CALL and _TEXT & set(part))
            turned = refused and other_channel and (before in _CALL | _TEXT or before in ("me", "please", "us"))
            if turned or (
                word in _NEGATIVE and not refused and (word in ("than", "instead") or after in _CALL | _TEXT)
            ):
                parts.append(part)
                part = []
            part.append(word)
        parts.append(part)
    return [part for part in parts if part]


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")


_OWN = re.compile(
    r"\b(?:mine|my own|my phone|my number|my mobile|just mine|just me|only me|only i|nobody else|no one else|noone else|live alone|on my own|perfectly safe|safe)\b"
)
_MAIL_SEEN = re.compile(
    r"\b(?:not|isnt|never|aint) (?:really |very |that )?safe\b|\bunsafe\b|\b(?:dont|do not|not|never) (?:e ?mail|mail|write|send|use)\b|"
    r"\b(?:he|she|they|husband|wife|partner|ex|mum|dad|boyfriend|girlfriend) (?:\w+ ){0,2}?(?:reads?|sees?|checks?|opens?|knows|has|gets into) (?:\w+ ){0,2}?(?:e ?mails?|mails?|it|account|password|inbox|everything)\b|\bshare (?:it|the|an) ?(?:e ?mail|account)?\b"
)


def safe_mail(text: str) -> bool | None:
    """Whether it is safe to write to somebody's e-mail address; None when the answer says neither."""
    plain = normalise(text)
    if is_question(text):
        return None
    if _MAIL_SEEN.search(plain):
        return False
    first = plain.split()[:1]
    if first and first[0] in _FIRST_NO and first[0] in ("no", "nope", "nah", "na", "n") and "no one" not in plain[:6]:
        return False
    said = agrees(text)
    if said is not None:
        return said
    return (
        True
        if first
        and (
            first[0] in _MAIL_YES
            or _OWN.search(plain)
            or re.search(r"\be ?mail (?:only|is fine|is ok|please)\b", plain)
        )
        else None
    )


_MAIL_YES = word_set("y yes yeah yep yh ye yup aye ar ok okay sure fine")
