"""How and when somebody can be reached: a phone or address, its absence, a time."""

from __future__ import annotations

import re
from typing import Literal

from assessment.answers.agreement import is_question
from assessment.gazetteer import normalise

ContactKind = Literal["phone", "email"]
TIME_LIMIT = 120
_READ = 2000  # characters of an answer that are looked at

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+|\b00|\(?\b0|\b44|\b7)[\d\s().-]{7,18}\d")


def contact(text: str) -> tuple[ContactKind, str] | None:
    """
    The first e-mail address, or else phone number, in an answer; None when there is neither.

    A phone comes as rough digits with a leading + where one was written: check it before use. An address comes in lower case.
    """
    text = text[:_READ]
    spoken = re.sub(r"\s+(?:at)\s+(?=[\w-]+\s*(?:\.|\sdot\s))", "@", text, flags=re.IGNORECASE)
    spoken = re.sub(r"(?<=\w)\s+dot\s+(?=\w)", ".", spoken, flags=re.IGNORECASE)
    mail = _EMAIL.search(spoken) or _EMAIL.search(text)
    if mail:
        return "email", mail[0].strip(".'-").lower()
    digits = re.sub(r"(?<=\d)[oO]|\b[oO](?=\d)", "0", text)
    for match in _PHONE.finditer(digits):
        number = ("+" if match[0].startswith("+") else "") + re.sub(r"\D", "", match[0])
        # What follows a whole number is not part of it: "07700 900123 5pm".
        longest = 13 if number.startswith("+44") else 11
        if number.startswith(("0", "+44")) and not number.startswith("00"):
            number = number[:longest]
        if 9 <= len(number.lstrip("+")) <= 15:
            return "phone", number
    return None


_NO_CONTACT = re.compile(
    r"\b(?:no|without|lost my|not got|havent|hasnt|aint|dont|doesnt|do not|does not|never|ive no|ive not|got no|have not)\s+(?:(?:got|have|had|own|use|really|either|any|a|an|my|the|own|actually|currently)\s+)*"
    r"(?:phones?|mobile|mob|landline|telephone|number|e ?mail|emails|email address|contact details|one|neither|any|either)\b(?!\s+(?:calls?|ringing|messages|texts))"
    r"|\b(?:rather|prefer)\s+(?:not|you didnt|i didnt)\b|\bprefer to keep\b|\b(?:not|dont want to|dont wanna|wont be|no way im|do not want to)\s+(?:be\s+)?(?:saying|giving|sharing|say|give|share|tell|telling)\b|\bphone(?:s)? (?:is |has |been |got )*(?:broke|broken|bust|cut off|dead|stolen|nicked|smashed)\b"
    r"|\b(?:its|thats|that is|it is) private\b|^(?:private|none of your business|no|nope|nah|none|nothing|neither|no thanks|no thank you|nowt)$"
)


def no_contact(text: str) -> bool:
    """True when somebody has no phone or address to give, or would rather not: "dont have one". False when the text gives one after all."""
    return contact(text) is None and bool(_NO_CONTACT.search(normalise(text)))


_CLOCK = (
    r"(?:(?:1[0-9]|2[0-4]|0?[1-9])(?:[ .:]?[0-5]\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_EVENT = r"(?:work|school|tea|dinner|lunch|breakfast|noon|midday|bed|bedtime|shift|shifts|college|uni|church|teatime|lunchtime|dinnertime|the school run|nights|days)"
_TIME = re.compile(
    r"\b(?:mornings?|morns?|mornin|afternoons?|arvo|evenings?|eve|nights?|nighttime|noon|midday|lunch ?times?|dinner ?times?|tea ?times?|weekdays?|weekends?|midweek|daytime|days|"
    r"mon|tues?|weds?|thurs?|fri|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|today|tomorrow|tomoz|tomorow|tonight|tonite|any ?time|anyday|any ?(?:day|hour|when)|when ?ever|always|"
    r"asap|soon|sooner|later|early|earlier|late|o ?clock|onwards?|all day|every day|most (?:days|times)|first thing|last thing|straight away|right now|next week|this week|next month|during the (?:day|week)|in the (?:day|week|week days)|"
    r"a day|half term|term time|school hours|office hours|working hours|free|available|availability|no preference|not (?:bothered|fussed)|dont mind|do not mind|doesnt matter|dont matter|up to you)\b"
    rf"|\b{_CLOCK}\s?(?:am|pm|ish|a m|p m|o ?clock|oclock|onwards|to|till|til|until)\b|\b\d{{1,2}}(?:am|pm|ish)\b|\b(?:after|before|about|around|from|between|till|til|until|past|by|at|gone|for|half|to)\s+(?:half |quarter |about |around )?{_CLOCK}\b(?!\s*(?:kids|people|days ago|years|weeks ago|\d))"
    rf"|\b(?:after|before|at|from|finish\w*|home from|off|between|not at|on)\s+(?:my )?{_EVENT}\b|\bwhen(?:ever)? (?:i|im|ive|the|my|hes|shes|he|she|you|its|it is)\b|\bonce (?:i|im|the|my)\b|\bi work\b|^(?:now|any|either|anything|{_CLOCK}|now is (?:fine|good))$"
    r"|^(?:any|either|anything|now) (?:is|will|would) (?:fine|do|be fine|good|ok)$"
)
_NO_TIME = re.compile(
    r"^(?:have a (?:nice|good) (?:day|evening|night|weekend)|good (?:night|morning|afternoon|evening)|not now|night night|see you (?:later|soon)|free)$|\bfor free\b|\bmaybe later\b|\bis it free\b"
)
_HOURS = re.compile(r"(?<![\d-])\d{1,2}(?:[:.]\d\d)?\s?[-–]\s?\d{1,2}(?![\d-])")
_CALL_ASKED = re.compile(
    r"^(?:\w+ )?(?:can|could|would|will) (?:you|u|they|someone|somebody)\b|\bhow about\b|\bwould .* be\b"
)


def best_time(text: str) -> str | None:
    """When somebody would like to be contacted, in their own words, trimmed to 120 characters; None when they say nothing of a time."""
    words, plain = " ".join(text.split()), normalise(text)
    if not (_TIME.search(plain) or _HOURS.search(text)) or _NO_TIME.search(plain):
        return None
    # "can you ring after 5?" and "mornings?" are answers; "when will they ring?" and "how soon?" are not.
    bare = text.replace("?", " ")
    if is_question(bare) and not _CALL_ASKED.search(plain):
        return None
    return words if len(words) <= TIME_LIMIT else words[: TIME_LIMIT + 1].rsplit(" ", 1)[0][:TIME_LIMIT]
