"""The name in an answer to "what is your name?"."""

from __future__ import annotations

import re

from assessment.gazetteer import normalise, word_set

NAME_LIMIT = 80
_READ = 400  # characters of an answer that are looked at

_NAME_LEAD = re.compile(
    r"^(?:hi|hiya|hello|hey|yes|yeah|ok|sure|well|oh|so)?[\s,.!-]*(?:(?:my|the|her|his|their)\s+(?:full\s+)?name(?:['’]?s|\s+is|\s+was)?|i\s*am\s+called|i\s*am|i['’]?m\s+called|i['’]?m|im|"
    r"it['’]?s|it\s+is|this\s+is|that['’]?s|they\s+call\s+me|people\s+call\s+me|everyone\s+calls\s+me|call\s+me|you\s+can\s+call\s+me|just\s+call\s+me|just\s+put|put|name|"
    r"(?:s?he|mum|dad)\s*(?:['’]s|\s+is)\s+called|(?:s?he)\s*(?:['’]s|\s+is))\b[\s:,-]*",
    re.IGNORECASE,
)
_NAME_TAIL = re.compile(
    r"[\s,.!]*\b(?:is my name|thanks?|thank you|ta|please|cheers|speaking|here|actually|(?:me )?(?-i:duck|love|mate|pal|hun|dear|darling|sweetheart|luv))[\s.!]*$",
    re.IGNORECASE,
)
_NOT_A_NAME = word_set(
    "why what who how when where which because dont cant wont not no yes yeah nope nah ok okay skip stop help need needs want have has had feel feeling "
    "rather know sure anonymous private nobody none money food lonely cold sad tired hungry scared homeless depressed ill sick would could should can do does did "
    "think please sorry fine old years worried struggling going looking trying living your you is are was were the this that and but with without really very asking ringing fed up "
    "hi hello hiya thanks thank for my mum dad son daughter me him her them someone somebody asking a i just actually nearly almost born flat house road street mine same again enough fine change something ring call "
    "business matter maybe later idk dunno whatever bye back again referral council"
)


_SAID = re.compile(
    r"\b(?:(?:my|her|his|their|the|mums?|dads?|your)\s+(?:full\s+|real\s+|first\s+)?name(?:['’]?s|\s+is|\s+was)?|name\s+is|(?:i\s*am|i['’]?m|s?he['’]?s|s?he\s+is|they['’]?re|is)\s+called|called|known\s+as)\s+(?=\S)",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[\s,]*(?:\b(?:and|on|my|number|num|mob|mobile|tel|phone|email|is|its|ring|call|text|me|at|or)\b[\s:.,-]*)*(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:\+|\b0|\b44|\b7)(?:[\s().-]*\d){8,13})",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*(?:[,;\n]|(?<=\w{4})\.\s|\s-\s|\band\s+(?:i|im|i'm|my|we|you|u|ring|call|text|phone|the|it|its|number|this|live|hes|shes|s?he['’]s|s?he|theyre)\b|\bbut\b|\bfrom\b|\bwho\b)\s*",
    re.IGNORECASE,
)
_TITLES = word_set("mr mrs ms miss mx dr rev sir lady madam")


def name(text: str) -> str | None:
    """
    The name in an answer to "what is your name?", as written (any script), at most 80 characters; None for what is plainly no name:
    a question, a refusal, digits, an address of mail, or more than six words.

    A name may stand within a longer answer ("hi im Tom Fox, 01530 555123", "for my mum, shes called Joan"), or surname first ("Smith, Pat").
    """
    answer = " ".join(_CONTACT.sub(" , ", " ".join(text.split())[:_READ]).split()).strip(" ,")
    if not answer or "?" in answer or "@" in answer or re.search(r"https?:|[<>{}\[\]=|\\/]", answer):
        return None
    said = _SAID.search(answer)
    led = answer[said.end() :] if said else _NAME_LEAD.sub("", answer, count=1)
    swapped = re.fullmatch(r"([^\W\d_][\w'’-]+),\s*((?:(?!\d)[\w'’.-]+\s?){1,3})", led) if led == answer else None
    if swapped and all(word[:1].isupper() for word in swapped[2].split()) and swapped[1][:1].isupper():
        led = f"{swapped[2].strip()} {swapped[1]}"
    found = _CUT.split(led.strip(" ,"), maxsplit=1)[0]
    for _ in range(2):
        found = _NAME_TAIL.sub("", found) if found else ""
    found = found.strip(' .,!:;"“”()-')
    words = found.split()
    if (
        not words
        or len(words) > 6
        or len(found) > NAME_LIMIT
        or re.search(r"\d|;", found)
        or not any(c.isalpha() for c in found)
    ):
        return None
    # "Will Young", "An Do", "Mr Stop" are names in capitals; the same words in lower case are talk.
    for index, word in enumerate(words):
        a_name = index and (word[:1].isupper() or normalise(words[index - 1]) in _TITLES)
        if normalise(word) in _NOT_A_NAME and not a_name:
            return None
    return found
