"""How old somebody is: the writer, or a child that help is asked for."""

from __future__ import annotations

import re

from assessment.answers.agreement import is_question, yes_no
from assessment.gazetteer import normalise

_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)  # fmt: skip
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL.split(), 1)}
_TENS = {word: 10 * tens for tens, word in enumerate(_DECADES.split(), 2)}
_NUMBER = r"(?:\d{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + ")"
# What makes a number something else than an age.
_UNIT = (
    r"(?!\s*(?:weeks?|wks?|months?|mths?|days?|hours?|hrs?|miles?|mins?|minutes?|stone|st|kg|kilos?|lbs?|foot|ft|inch(?:es)?|quid|pounds?|grand|pence|p|pm|am|percent|k|cigs|cigarettes|fags|a day|times|"
    r"kids?|children|grandchildren|grandkids|sons?|daughters?|people|cats?|dogs?|payments?|bills?|steps?|flights?|units|pints|cans|tablets|miscarriages|"
    r"(?:years?|yrs?) (?:sober|clean|into|older|younger|married|in|on|ago|here|now|with|since|of|at|and (?:i|we))|(?:year|yr) (?:marriage|relationship))\b)"
)
# What may follow an age that stands alone, unlike the number of a house.
_GOES_ON = (
    r"(?:(?=\s*(?:$|(?:and|but|why|of course|so|im|i|love|duck|mate|thanks|ta|yes|no|now|next|last|in|this|on|old|my|with|or|soon|tomorrow|plus|young|(?:years?|yrs?|yr) (?:old|young)|y o|yo)\b))"
    r"|(?<=^\d)(?= years?$)|(?<=^\d\d)(?= years?$))"
)
_SOON = r"(?:nearly|almost|not quite|not yet|not even|nearing|coming up to|close to|just under|turn|turning|(?:i will|i wont|will|ill) be|til|till|until|before im)"
_LATER = r"(?:next|in|on|soon|tomorrow|this (?:week|month|year|summer|winter|autumn|spring|january|february|march|april|may|june|july|august|september|october|november|december))"
_NEARLY_ADULT = re.compile(
    rf"\b{_SOON}\s+(?:the big\s+)?(?:18|eighteen)\b|\b(?:18|eighteen)\s+{_LATER}\b|\bnot\s+(?:over\s+|an?\s+|yet\s+)*(?:18|eighteen|adult)\b"
)
_PAST = re.compile(r"\b(?:was|turned|since|when)\b")
_OVER = re.compile(
    r"\bnot\s+(?:an?\s+)?(?:under\s*(?:18|eighteen)?|a (?:kid|child|minor)|minor)\b|\b(?:over|above|past|older than)\s+(?:18|eighteen)\b|\b(?:well|way|long|much) (?:over|past)\b|\b(?:18|eighteen) (?:plus|or over)\b"
    r"|\b(?:pensioner|oap|retired|grandma|grandad|granddad|grandmother|grandfather|grandparent|great gran|great grandma|senior citizen|widower?|old enough|an adult|grown up|grown man|grown woman|state pension|old lady|old man|old woman|middle aged)\b"
    r"|\bborn (?:in )?19\d\d\b|^19\d\d$"
)
# "31 lol", "38, sadly", "ah im 58": in a short answer to this question a number is an age.
_SHORT_AGE = re.compile(
    rf"(?:(?:ah|oh|er|well|yes|yeah|yep|im|i am|he is|hes|she is|shes|aged?|just|only|pt is)\s+){{0,4}}(\d\d)\b{_UNIT}(?:\s+(?!to\b|street\b|road\b)\w+){{0,3}}$"
)
_UNDER = re.compile(r"\b(?:under|below|younger than|less than)\s*(?:18|eighteen)?\b|\bminor\b")


def adult(text: str, intent: str | None = None) -> bool | None:
    """The answer to "are you 18 or over?": an age where one is given, else yes or no; None for neither, and for a question."""
    plain = normalise(text)
    ages = _ages(plain)
    over = _OVER.search(plain)
    not_adult = _NEARLY_ADULT.search(plain)
    if not_adult and not (_PAST.search(plain) and "until" not in plain):
        return False
    own = [int(found) if found.isdigit() else _NUMBER_WORDS[found] for found in _OWN_AGE.findall(plain)]
    if own:
        return max(own) >= 18
    if over and not re.search(r"\b(?:not|isnt|arent|my) (?:\w+ )?$", plain[: over.start()]):
        return None if is_question(text) and "under" in plain.split() else True
    if is_question(text):
        given = [age for age in ages if age > 18]
        return True if given else None
    if young(text) or _UNDER.search(plain):
        return False
    other = [age for age in ages if age != 18]
    if other:
        return True if min(other) > 18 else (False if max(ages) < 18 else None)
    if short := _SHORT_AGE.match(plain):
        return int(short[1]) >= 18
    if re.search(r"\benough\b", plain):
        return None
    last = re.split(r"[.!;]+", text.strip(" .!;"))[-1]
    if last != text and (closing := yes_no(last)) is not None:
        return closing  # "I have a grandson. What do you think. Yes."
    said = yes_no(text, intent)
    return True if said is None and (ages or "over" in plain.split()) and not re.search(r"\bnot\b", plain) else said


def _ages(plain: str) -> list[int]:
    tens = "|".join(word[:-1] for word in _TENS)
    found = [int(number) for number in re.findall(rf"\b(\d{{1,3}})(?:s|yo|yrs?|f|m)?\b{_UNIT}{_GOES_ON}", plain)]
    found = [age for age in found if age < 120]
    found += [_TENS[f"{word}y"] for word in re.findall(rf"\b({tens})(?:y|ys|ies)\b{_UNIT}", plain)]
    if not found:
        whole = re.fullmatch(
            rf"(?:yes |no |im |i am |only |just |nearly )*({'|'.join(_NUMBER_WORDS)})(?: years? old)?", plain
        )
        found = [_NUMBER_WORDS[whole[1]]] if whole else []
    return found


_OWN_AGE = re.compile(
    r"\b(?:i am|im|i m|i just turned|ive just turned|ive turned|i turned|just turned|i is|me is|i be|i am aged|im aged|i will be|ill be|i turn)\s+"
    rf"(?:only |just |nearly |almost |about |aged |a |an |like |not yet |still |about to turn |turning )*({_NUMBER})(?:f|m|yo)?\b{_UNIT}"
)
_OPENING_AGE = re.compile(
    rf"^({_NUMBER}) (?:and (?:i|im|my|pregnant|homeless|scared|lonely|alone|cant|need|got)|f|m|yo)\b"
)
_MINOR_SELF = re.compile(
    r"\b(?:i am|im|i m)\s+(?:only |just |still )*(?:under (?:18|eighteen)|not (?:yet |quite )?(?:18|eighteen)|(?:nearly|almost) (?:18|eighteen)|turning (?:18|eighteen)|(?:18|eighteen) (?:next|in|on|soon|tomorrow))\b"
    r"|\bi (?:turn|will be|wont be|am about to be) (?:18|eighteen)\b|\bill be (?:18|eighteen)\b|\bi(?: am|m) a minor\b|\bi am not (?:yet )?an adult\b"
)
_YOUNGEST = 7


def stated_minor(text: str) -> bool:
    """True when the writer gives an own age under 18 ("im 15 and my dad drinks"). Stronger than `young`: a school or teacher is not enough."""
    plain = normalise(text)
    if _MINOR_SELF.search(plain):
        return True
    found = [*_OWN_AGE.findall(plain), *_OPENING_AGE.findall(plain)]
    return any(_YOUNGEST <= (int(age) if age.isdigit() else _NUMBER_WORDS[age]) < 18 for age in found)


_AGE = re.compile(
    r"\b(?:i am|im|i m|i just turned|ive just turned|just turned|nearly|only|aged?)\s+(?:only |just |nearly |a |like )*(\d{1,2}|"
    + "|".join(_NUMBER_WORDS)
    + r")\b"
    r"(?!\s*(?:weeks?|months?|days?|hours?|miles?|mins?|minutes?|stone|st|st\b|kg|quid|pounds?|pm|am|years? (?:sober|clean|into|older|younger|married|in)|percent|k\b|cigs|cigarettes|a day|times))"
)
_SCHOOL = re.compile(
    r"\b(?:im|i am|i m|am) (?:only |still |just )?(?:in|at) (?:year|yr|y) ?(?:[5-9]|1[0-3])\b|\b(?:year|yr) ?(?:[5-9]|1[0-3])s?\b(?! (?:old|olds|ago|of|son|daughter|kid|kids|child))"
    r"|\bmy (?:form )?(?:teacher|tutor|head ?teacher|head of year|school|gcses|a levels?|sats|mocks)\b|\b(?:im|i am|i m) (?:still )?at school\b|\b(?:at|in) sixth form\b"
    r"|\b(?:is this|are you|this|anything|something|help|group|groups|info|support) (?:\w+ )?(?:4|for) young carers\b|\b(?:im|i am) a young carer\b"
    r"|\b(?:look(?:ing)? after|car(?:e|ing) for|carer for|help(?:ing)?) (?:my|me) (?:mum|mam|mom|dad|nan|brother|sister|parents)\b.*\b(?:before|b4|after|late for|miss(?:ing|ed)?|off) (?:school|skl|skool)\b"
    r"|\bunder (?:18|eighteen)\b|\b(?:im|i am) (?:a )?(?:kid|child|teenager|schoolkid|minor)\b|\b(?:doing|revising for) my (?:gcses|exams|mocks|a levels)\b"
)
_ADULT_CHILD = re.compile(
    r"\bmy (?:\w+ ){0,2}?(?:son|daughter|lad|girl|boy|kid|child|grandson|granddaughter|nephew|niece|children|kids)\b|\bas a teacher\b|\bi teach\b|\bwhen i was\b"
)


def young(text: str) -> bool:
    """True when the wording suggests that the writer is under 18: "im 15", "year 10", "my teacher"; not when a parent writes of a child."""
    plain = re.sub(r"\bnot (?:\w+ )?under (?:18|eighteen)\b", " ", normalise(text))
    for match in _AGE.finditer(plain):
        age = _NUMBER_WORDS.get(match[1]) or int(match[1])
        own = re.match(r"(?:i am|im|i m|i just|ive just|just turned)", match[0])
        if 7 <= age < 18 and (own or not _ADULT_CHILD.search(plain)):
            return True
    return bool(_SCHOOL.search(plain)) and not _ADULT_CHILD.search(plain)


_CHILD = r"(?:(?:step|foster |adopted |god)?(?:son|daughter)|lad|lass|boy|girl|kid|child|teen|teenager|grandson|granddaughter|grandchild|nephew|niece|brother|sister|sibling|neighbour|friend|mate|student|pupil|patient|client)"
_CHILD_AGE = r"(?:[1-9]|1[0-7]|" + "|".join(list(_NUMBER_WORDS)[:17]) + ")"
_YEARS_OLD = r"\s?(?:years?|yrs?|yr|y|months?|mths?)\s?(?:old|olds|o)s?"
_A_CHILD = re.compile(
    rf"\b(?:my|our|a|an|the|her|his|their|this|neighbours|sisters|friends|daughters|sons)\s+(?:\w+\s+){{0,2}}?{_CHILD_AGE}{_YEARS_OLD}\b"
    rf"|\b(?:my|our|a|the)\s+(?:\w+\s+){{0,2}}?{_CHILD}\s+(?:(?:is|whos|who is|hes|shes|he is|she is|aged|age|only|just|turned|and|s)\s+)*{_CHILD_AGE}\b(?:{_YEARS_OLD})?{_UNIT}"
    rf"|\b(?:my|our|a|the)\s+(?:\w+\s+){{0,2}}?{_CHILD}\b.*\b(?:in|at) (?:(?:year|yr|y) ?(?:[1-9]|1[0-3])|reception|nursery|primary|infants|secondary school|sixth form)\b"
    rf"|\b(?:my|our)\s+(?:\w+\s+)?(?:(?:little|baby|small|wee) (?:boy|girl|lad|lass|one|brother|sister)|toddler|teenager|teen|baby|child|kid|teenage {_CHILD})\b"
    rf"|\b(?:young person|child|girl|boy|lad|lass|someone|somebody|pupil|student|patient)\s+(?:\w+\s+)?(?:aged?\s+{_CHILD_AGE}|who is under (?:18|eighteen)|under (?:18|eighteen))\b"
    rf"|\b(?:he|she|hes|shes|theyre|they are)\s+(?:is\s+|only\s+|just\s+)*{_CHILD_AGE}\b{_UNIT}"
)
# A child who is spoken of, though the help is asked for the parent or the household.
_PARENT_ASKS = re.compile(
    r"\b(?:grown up|adult|died|dies|passed away|passed on|killed|lost my|miss my|look after|looking after|care for|caring for|carer for|living with|live with|mum of|mother of|dad of|father of|parent of|pregnant)\b"
    r"|\b(?:money|bills?|food|feed|afford|uniform|shoes|nappies|rent|evict\w*|bailiffs?|heating|gas|electric|leccy|debt|skint|benefits?|childcare|nursery place|universal credit|nursery fees)\b"
    r"|\b(?:hits|hit|hurts|threatens|attacks|steals from|punches|kicks) me\b|\bi(?:m| am)\s+(?:\w+\s+)?(?:lonely|depressed|exhausted|struggling|anxious|not coping|homeless|on my own with|single|a single)\b"
    r"|\bi (?:cant cope|feel|smoke|drink|need a break)\b|\b(?:i have|ive got|i got|got|with|and) (?:a|an|two|three|my|2|3)\s+(?:\w+\s+){0,2}?\d{1,2}\s?(?:years?|yrs?|yr|y|months?|mths?)\s?old\b"
)
_ASKED_FOR = re.compile(
    rf"\b(?:help|support|something|someone|anything|counselling|asking|here|referral|refer)\s+(?:for\s+)?(?:my|our|a|an|the)\s+(?:\w+\s+){{0,2}}?(?:{_CHILD_AGE}{_YEARS_OLD}|{_CHILD}\s+\w+\s*{_CHILD_AGE})"
)


def child_concerned(text: str) -> bool:
    """
    True when help is asked for somebody under 18: "my 15 year old son is so lonely", "my daughter 13", "my toddler wont talk".

    False for the writer's own age (`stated_minor`), for a child of unknown age ("my son is lonely"), and where a parent asks for
    themselves or the household: money, food, a home, loss, harm, caring.
    """
    plain = normalise(text)
    if not _A_CHILD.search(plain) or (stated_minor(text) and not _ASKED_FOR.search(plain)):
        return False
    return bool(_ASKED_FOR.search(plain)) or not _PARENT_ASKS.search(plain)
