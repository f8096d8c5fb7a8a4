"""Reading free answers to one question: yes or no, a name, a contact, a time, who it is about, how old. Pure; recognises, never shows."""

from __future__ import annotations

import re
from typing import Literal

from assessment.gazetteer import normalise, word_set

ContactKind = Literal["phone", "email"]

NAME_LIMIT = 80
TIME_LIMIT = 120

_YES = word_set(
    "yes y yeah yea yep yup yh ye yess yas aye ok okay k kk sure definitely absolutely certainly course correct right "
    "indeed please fine alright agreed agree true haan si tak oui"
)
_NO = word_set(
    "no n nah nope nay na never not nowt dont didnt doesnt wont cant isnt arent wasnt havent hasnt wrong incorrect nae nie non neither"
)
_YES_PHRASES = (
    "go on", "go ahead", "why not", "that is right", "thats right", "thats it", "thats fine", "no problem", "no worries", "not a problem",
    "dont mind", "do not mind", "doesnt mind", "does not mind", "of course", "if you like", "might as well", "i suppose", "thumbs up", "sounds good",
)  # fmt: skip
# A yes only when nothing follows: "I am", but not "I am 15".
_YES_ENDINGS = (
    "i do", "i am", "it is", "i have", "i would", "i can", "we do", "we are", "she does", "he does", "they do", "she has", "he has", "she is", "he is", "they are", "they have",
)  # fmt: skip
_NO_PHRASES = (
    "no thanks", "no thank you", "not really", "not now", "not yet", "not at all", "id rather not", "rather not", "of course not", "i am not", "im not", "i do not", "do not",
)  # fmt: skip
_UNSURE = ("dont know", "do not know", "not sure", "unsure", "idk", "dunno", "maybe", "perhaps", "depends", "sometimes")


def yes_no(text: str, intent: str | None = None) -> bool | None:
    """True for yes, False for no, None for neither, both or unsure. The words decide; `intent` ("affirm", "deny") where they are silent."""
    if re.fullmatch(r"\s*[👍✅👌🙏][\s\U0001F3FB-\U0001F3FF]*", text):
        return True
    if re.fullmatch(r"\s*[👎❌🚫][\s\U0001F3FB-\U0001F3FF]*", text):
        return False
    padded = f" {normalise(text)} "
    if any(f" {phrase} " in padded for phrase in _UNSURE):
        return None
    yes, no = any(padded.endswith(f" {phrase} ") for phrase in _YES_ENDINGS), False
    # Longer phrases first: "no problem" is a yes, "do not mind" is a yes, "do not" is a no.
    phrases = [(phrase, True) for phrase in _YES_PHRASES] + [(phrase, False) for phrase in _NO_PHRASES]
    for phrase, meaning in sorted(phrases, key=lambda item: -len(item[0])):
        if f" {phrase} " in padded:
            padded = padded.replace(f" {phrase} ", " ")
            yes, no = yes or meaning, no or not meaning
    words = padded.split()
    if words and words[0] in _YES | _NO:
        first = words[0] in _YES
        torn = (no or any(word in _NO for word in words[1:3])) if first else yes
        return None if torn else first
    if yes != no:
        return yes
    if len(words) <= 4 and not (yes and no):
        found = {word in _YES for word in words if word in _YES | _NO}
        if len(found) == 1:
            return found.pop()
    return {"affirm": True, "deny": False}.get(intent or "")


def adult(text: str, intent: str | None = None) -> bool | None:
    """The answer to "are you 18 or over?": an age where one is given, else yes or no; None for neither."""
    plain = normalise(text)
    ages = [int(number) for number in re.findall(r"\b\d{1,3}\b", plain)]
    if young(text) or "under" in plain.split():
        return False
    own = [age for age in ages if age != 18]
    if len(own) == 1 and own[0] < 120:
        return own[0] > 18
    said = yes_no(text, intent)
    return True if said is None and (ages or "over" in plain.split()) else said


_NAME_LEAD = re.compile(
    r"^(?:hi|hiya|hello|hey|yes|yeah|ok|sure|well|oh|so)?[\s,.!-]*(?:(?:my|the|her|his|their)\s+(?:full\s+)?name(?:'?s|\s+is|\s+was)?|i\s*am\s+called|i\s*am|i'?m\s+called|i'?m|im|"
    r"it'?s|it\s+is|this\s+is|that'?s|they\s+call\s+me|people\s+call\s+me|everyone\s+calls\s+me|call\s+me|you\s+can\s+call\s+me|just\s+call\s+me|just\s+put|put|name|"
    r"(?:s?he|mum|dad)\s*(?:'s|\s+is)\s+called|(?:s?he)\s*(?:'s|\s+is))\b[\s:,-]*",
    re.IGNORECASE,
)
_NAME_TAIL = re.compile(
    r"[\s,.!]*\b(?:is my name|thanks?|thank you|ta|please|cheers|speaking|here|(?:me )?duck)[\s.!]*$", re.IGNORECASE
)
_NOT_A_NAME = word_set(
    "why what who how when where which because dont cant wont not no yes yeah nope nah ok okay skip stop help need needs want have has had feel feeling "
    "rather know sure anonymous private nobody none money food lonely cold sad tired hungry scared homeless depressed ill sick would could should can do does did "
    "think please sorry fine old years worried struggling going looking trying living your you is are was were the this that and but with without really very asking ringing fed up "
    "hi hello hiya thanks thank business matter maybe later idk dunno whatever bye back again referral council"
)


def name(text: str) -> str | None:
    """
    The name in an answer to "what is your name?", as written (any script), at most 80 characters; None for what is plainly no name:
    a question, a refusal, digits, an address of mail, or more than six words.
    """
    answer = " ".join(text.split())
    if not answer or "?" in answer or "@" in answer or re.search(r"\d|https?:|[<>{}\[\]=;|\\/]", answer):
        return None
    led = _NAME_LEAD.sub("", answer, count=1)
    found = _NAME_TAIL.sub("", led).strip(' .,!:;"“”()-') if led else ""
    found = re.split(r"\s*(?:,|(?<=\w{4})\.\s|\band\s+(?:i|my|we)\b|\bbut\b)\s*", found, maxsplit=1)[0].strip(
        ' .,!"“”()-'
    )
    words = found.split()
    if not words or len(words) > 6 or len(found) > NAME_LIMIT or not any(letter.isalpha() for letter in found):
        return None
    # "Will Young", "An Do", "Faith No" are names in capitals; the same words in lower case are talk.
    if any(
        normalise(word) in _NOT_A_NAME and not (word[:1].isupper() and len(words) > 1 and index)
        for index, word in enumerate(words)
    ):
        return None
    return found


_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+|\b00|\(?\b0|\b44|\b7)[\d\s().-]{7,18}\d")


def contact(text: str) -> tuple[ContactKind, str] | None:
    """
    The first e-mail address, or else phone number, in an answer; None when there is neither.

    A phone comes as rough digits with a leading + where one was written: check it before use. An address comes in lower case.
    """
    spoken = re.sub(r"\s+(?:at)\s+(?=[\w-]+\s*(?:\.|\sdot\s))", "@", text, flags=re.IGNORECASE)
    spoken = re.sub(r"(?<=\w)\s+dot\s+(?=\w)", ".", spoken, flags=re.IGNORECASE)
    mail = _EMAIL.search(spoken) or _EMAIL.search(text)
    if mail:
        return "email", mail[0].strip(".'-").lower()
    digits = re.sub(r"(?<=\d)[oO]|\b[oO](?=\d)", "0", text)
    for match in _PHONE.finditer(digits):
        number = ("+" if match[0].startswith("+") else "") + re.sub(r"\D", "", match[0])
        if 9 <= len(number.lstrip("+")) <= 15:
            return "phone", number
    return None


def best_time(text: str) -> str | None:
    """When somebody would like to be contacted, in their own words, trimmed to 120 characters; None when nothing is said."""
    words = " ".join(text.split())
    if not re.search(r"\w", words):
        return None
    return words if len(words) <= TIME_LIMIT else words[: TIME_LIMIT + 1].rsplit(" ", 1)[0][:TIME_LIMIT]


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


def about_other(text: str) -> bool:
    """
    True when a message asks for help for somebody else: "my mum keeps falling", "a patient of ours", "for my neighbour".

    Somebody who tells of their own loss, harm or caring ("my husband died", "I look after my mum") asks for themselves.
    """
    plain = normalise(text)
    if _EXPLICIT_OTHER.search(plain):
        return True
    return bool(_FOR_OTHER.search(plain)) and not _ABOUT_SELF.search(plain)


_NUMBER_WORDS = {
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
}  # fmt: skip
_AGE = re.compile(
    r"\b(?:i am|im|i m|i just turned|ive just turned|just turned|nearly|only|aged?)\s+(?:only |just |nearly |a |like )*(\d{1,2}|"
    + "|".join(_NUMBER_WORDS)
    + r")\b"
    r"(?!\s*(?:weeks?|months?|days?|hours?|miles?|mins?|minutes?|stone|st|st\b|kg|quid|pounds?|pm|am|years? (?:sober|clean|into|older|younger|married|in)|percent|k\b|cigs|cigarettes|a day|times))"
)
_SCHOOL = re.compile(
    r"\b(?:im|i am|i m|am) (?:only |still |just )?(?:in|at) (?:year|yr|y) ?(?:[5-9]|1[0-3])\b|\b(?:year|yr) ?(?:[5-9]|1[0-3])s?\b(?! (?:old|olds|ago|of|son|daughter|kid|kids|child))"
    r"|\bmy (?:form )?(?:teacher|tutor|head ?teacher|head of year|school|gcses|a levels?|sats|mocks)\b|\b(?:im|i am|i m) (?:still )?at school\b|\b(?:at|in) sixth form\b"
    r"|\bunder (?:18|eighteen)\b|\b(?:im|i am) (?:a )?(?:kid|child|teenager|schoolkid|minor)\b|\b(?:doing|revising for) my (?:gcses|exams|mocks|a levels)\b"
)
_ADULT_CHILD = re.compile(
    r"\bmy (?:\w+ ){0,2}?(?:son|daughter|lad|girl|boy|kid|child|grandson|granddaughter|nephew|niece|children|kids)\b|\bas a teacher\b|\bi teach\b|\bwhen i was\b"
)


def young(text: str) -> bool:
    """True when the wording suggests that the writer is under 18: "im 15", "year 10", "my teacher"; not when a parent writes of a child."""
    plain = normalise(text)
    for match in _AGE.finditer(plain):
        age = _NUMBER_WORDS.get(match[1]) or int(match[1])
        own = re.match(r"(?:i am|im|i m|i just|ive just|just turned)", match[0])
        if 7 <= age < 18 and (own or not _ADULT_CHILD.search(plain)):
            return True
    return bool(_SCHOOL.search(plain)) and not _ADULT_CHILD.search(plain)
