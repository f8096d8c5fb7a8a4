"""Yes, no and questions: a loose reading for light questions, a strict one for consent."""

from __future__ import annotations

import re

from assessment.gazetteer import normalise, word_set

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
    "exactly", "spot on", "thats the one", "thats about", "that is it", "in a nutshell", "got it in one", "size of it", "bang on", "thats me", "thats all",
    "thats them", "you have it", "youve got it", "near enough", "more or less", "that would be it", "that covers it", "thatll do it", "both of them", "all of it",
)  # fmt: skip
# A yes only when nothing follows: "I am", but not "I am 15".
_YES_ENDINGS = (
    "i do", "i am", "it is", "i have", "i would", "i can", "we do", "we are", "she does", "he does", "they do", "she has", "he has", "she is", "he is", "they are", "they have",
)  # fmt: skip
_NO_PHRASES = (
    "no thanks", "no thank you", "not really", "not now", "not yet", "not at all", "id rather not", "rather not", "of course not", "i am not", "im not", "i do not", "do not",
)  # fmt: skip
_UNSURE = (
    "dont know",
    "do not know",
    "not sure",
    "unsure",
    "idk",
    "dunno",
    "maybe",
    "perhaps",
    "depends",
    "sometimes",
    "no idea",
    "no clue",
)


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
        # "n" is short for "no" on its own, and for "and" between words.
        torn = (no or any(word in _NO and word != "n" for word in words[1:3])) if first else yes
        return None if torn else first
    if yes != no:
        return yes
    if len(words) <= 4 and not (yes and no):
        found = {word in _YES for word in words if word in _YES | _NO}
        if len(found) == 1:
            return found.pop()
    return {"affirm": True, "deny": False}.get(intent or "")


# The strict reading. Every word of a plain yes has to be in these lists, so that nothing unread can turn its meaning.
_AGREE = (
    r"y(?:e+s+|es+|e+a+h+|e+h+|ea|e|a|up+|ep+|us|is|as|h|up|ess?ir)?|ay|aye|arr?|ok|okay|okey dokey|okie dokie|okie|oki|okey|kk?|sure|fine|alright|all right|agreed?|"
    r"absolutely|definitely|defo|deffo|def|certainly|of course|course|correct|totally|indeed|please|by all means|haan|si|tak|oui|"
    r"i (?:do|agree|consent|accept|do agree|fully agree|really agree|give (?:you )?(?:my )?(?:consent|permission)|am happy|would|want (?:to|you to|that|it|this))|im happy|we agree|we do|consent given|"
    r"i(?:m| am) (?:happy|ok|okay|fine) (?:with|for) (?:that|this|it)|happy (?:to|with (?:that|this|it))|you (?:can|may|have my permission|have my consent)|"
    r"(?:you can |you may |just )?(?:send|share|submit|do|pass) (?:it|that|this|them|my details)(?: on| off| over| through| now)?|"
    r"go+ on|go+ ahead|go+ for it|crack on|carry on|fire away|lets do it|lets do that|do it|please do|can do|sounds (?:good|great|fine|ok)|"
    r"(?:thats|that is|its|it is|that would be|thatd be|thatll be|that will be) (?:fine|ok|okay|alright|all right|good|great|lovely|perfect|right|raight|reet|reight|correct|a yes|grand|spot on)|"
    r"(?:its |thats |that is |it is )?all (?:right|correct)|(?:it |that |all )?looks (?:good|right|fine|ok)|fine by me|ok with me|ok by me|(?:she|he|they) (?:agrees?|does|do|knows?|said yes|says yes|is happy|are happy|consents?)|shes happy|hes happy|"
    r"send|send (?:it|that) off|tell (?:them|who(?:ever)? you (?:like|need to|have to))|you can tell (?:them|who(?:ever)? you (?:like|need to|have to))|yes do|that will do"
)  # fmt: skip
_FILLER = (
    r"then|please|pls|plz|thanks?|thank you|thankyou|thx|ta|cheers|love|duck|me duck|mate|pal|luv|hun|dear|youth|bab|chick|darling|my love|now|just|so|very much|much|yes|lovely|great|good|perfect|brilliant|smashing|all good|"
    r"i am|im sure|i am sure|it is|that is|kindly|i dont mind|i do not mind|with (?:that|this|it)|to (?:that|this|it)|from me|by me|with me|for (?:that|this)|about it|if (?:thats|that is) what it takes|and|oh|well|right|to them|from|off|on|sir|miss"
)  # fmt: skip
_PLAIN_YES = re.compile(rf"(?:(?:{_FILLER})\s+)*(?:{_AGREE})(?:\s+(?:{_AGREE}|{_FILLER}))*")
_GREETING = re.compile(r"al ?right (?:me )?(?:duck|mate|love|pal|luv)")
_AGREE_WORDS = 7
_REFUSAL = re.compile(
    r"\b(?:do not|dont|does not|doesnt|will not|wont|would not|wouldnt|cannot|cant|can not|did not|didnt)\s+(?:really\s+|ever\s+|you\s+(?:dare\s+)?|even\s+)*"
    r"(?:agree|consent|accept|want|wanna|send|share|submit|do (?:it|that|this)|pass|give|like (?:it|that|this)|think so|sign|allow|tell|bother)\b(?:\s+(?:to|you to|them to|this|that|it|any|my|me))*(?:\s+(?:send|share|agree|consent)(?: (?:it|that|this))?)?"
    r"|\b(?:(?:much )?rather|prefer)\s+(?:not|you (?:didnt|did not|dont|do not)|(?:she|he|they) (?:didnt|dont))\b|\bprefer you not to\b|\brather you not\b"
    r"|\bnot\s+(?:yet|now|really|today|right now|just yet|for now|at the moment|this time|happy|ok|okay|comfortable|keen|interested|at all|likely|agreeing|having it|for me|a chance|on your life)\b"
    r"|\b(?:absolutely|definitely|certainly|of course|course|obviously) not\b|\b(?<!dont )(?<!not )(?:disagree|refuse)\b"
)
_NO_START = word_set("no n nah nope nay na nae noo nooo never nowt non nein nie neither")
_BARE_NO = re.compile(
    r"(?:(?:i|we|she|he|they|please|just|sorry|actually|well)\s+)*(?:(?:do|did|would|will|can|is|am|does) not|dont|didnt|wouldnt|wont|cant|im not|not|not me)(?:\s+(?:please|thanks|thank you|duck|love))*"
    r"|(?:please |just |lets |i(?:ll| will) )*(?:leave it|forget it|cancel|cancel it|cancel that)(?:\s+(?:please|thanks|thank you|then|now|for now))*"
)
_I_AM_FINE = re.compile(
    r"(?<=thanks )(?:im|i am) (?:ok|okay|fine|good|alright)|(?<=thank you )(?:im|i am) (?:ok|okay|fine|good|alright)"
)
_NO_BUT_YES = re.compile(
    r"^no(?:t)? (?:a )?(?:problem|problems|worries|bother|doubt|probs|objection|objections|idea|clue)\b"
)
_CONDITION = re.compile(
    r"\b(?:but|though|tho|although|however|as long as|so long as|unless|only if|if|except|provided|whatever)\b"
)
_AGREE_ANYWHERE = re.compile(
    r"\b(?:yes|yeah|yep|yh|yup|aye|ok|okay|fine|sure|alright|agree|agreed|go on|go ahead|send it|please do|why not)\b"
)
_NOT_PLAIN = ("dont mind", "do not mind", "doesnt mind", "does not mind", "dont care", "do not care")


# Beside a plain yes these say only how it came about; alone they are no yes.
_BESIDE = re.compile(
    r"(?:(?:that )?they (?:can )?(?:have|see|use|get) my (?:information|details|name|number)|sorry|full stop|comma|thank you|thanks|ta|cheers|please|god bless(?: you)?|bless you|ok|okay|right|correct|lovely|great|that(?:s| is) (?:it|me|right|all|correct|all correct|the lot)|"
    r"if (?:thats|that is|its|it is) what it takes|if it (?:means|gets me|helps)(?: (?!not\b|no\b|nobody\b|dont\b)\w+)+|everything is (?:ok|okay|fine|right|correct)|all (?:is )?(?:good|fine|correct)|"
    r"(?:i|we)(?: have|ve| did|ve just| have just| just)? (?:asked|talked to|spoken to|spoke to|explained|told|read|checked)(?: (?!not\b|no\b|but\b|nobody\b|nothing\b|dont\b|didnt\b|wont\b)\w+){0,9}|ive (?:asked|talked to|spoken to|explained|told|read|checked)(?: (?!not\b|no\b|but\b|nobody\b|nothing\b|dont\b|didnt\b|wont\b)\w+){0,9}|"
    r"(?:s?he|they|the patient|pt|mum|dad|my \w+)(?:s|re| is| are) (?:here|right here|stood|sat|sitting|standing|next to|beside|with)(?: (?!not\b|no\b|but\b)\w+){0,8}|i (?:dont|do not) mind(?: (?:that|it|at all|one bit))?|(?:its|it is|is) (?:ok|good|fine|okay|perfect)(?: (?:with|by|for) me)?)"
)
_SAYS_YES = re.compile(r"(?:(?!not\b|no\b|never\b|nobody\b|would\b|might\b|if\b|send\b|but\b|\w+nt\b|who\b|that\b|because\b|do\b)\w+ ){0,3}(?:says? yes|said yes|agrees|agreed|has agreed|have agreed|is happy|are happy|consents|has consented)(?: (?:to (?:it|this|that)|(?:s?he|they) agrees?|with (?:it|this|that)))*")  # fmt: skip
_LEADING_YES = re.compile(r"^(?:(?:yes|yeah|yep|yh|ye|yup|aye|ar|ok|okay|i agree)\s+)+")
_PARTS = re.compile(r"[,.;!]+|\band\b|\bthen\b|\b(?=if (?:it (?:means|gets|helps)|that|thats)\b)|\bfull stop\b")
_PARTS_LIMIT = 24  # words of an answer in several parts


def _plain_part(part: str) -> bool:
    words = part.split()
    short = len(words) <= _AGREE_WORDS or (len(words) <= 12 and len(set(words)) >= 6)
    return short and bool(_PLAIN_YES.fullmatch(part)) and not _GREETING.fullmatch(part)


_SEND = re.compile(r"(?:(?!not\b|no\b|never\b|\w+nt\b|before\b|when\b|if\b|why\b|who\b|did\b|you\b)\w+ ){0,4}send (?:it|this|that|them|all)\b(?!.*\b(?:to my|after|when|if|until|once|but)\b).*")  # fmt: skip
_HOLD = re.compile(
    r"\b(?:but|except|change|wrong|actually|mistake|wait|hang on|hold on|not right|isnt right|dont|do not|unless|before you|instead)\b|\d"
)


def says_send(text: str) -> bool | None:
    """The answer to "shall I send it?", after consent was given: as `agrees`, and True also where "send it" or a yes stands beside small talk."""
    said = agrees(text)
    if said is not None or "?" in text:
        return said
    if _HOLD.search(normalise(text)):
        return None
    parts = [
        plain for part in _PARTS.split(text.replace("’", "'").replace("'", "")) if (plain := normalise(part).strip())
    ]
    return (
        True if any(_plain_part(part) or _SAYS_YES.fullmatch(part) or _SEND.fullmatch(part) for part in parts) else None
    )


def _agrees_in_parts(text: str) -> bool:
    """Whether every part of an answer is a plain yes or goes with one: "That's right, sorry, send it", "Yes, she is with me and agrees"."""
    parts = [plain for part in _PARTS.split(text) if (plain := normalise(part).strip())]
    if sum(len(part.split()) for part in parts) > _PARTS_LIMIT:
        return False
    yes = 0
    for part in parts:
        rest = _LEADING_YES.sub("", part)
        if (
            _plain_part(part)
            or _SAYS_YES.fullmatch(part)
            or (rest != part and (_BESIDE.fullmatch(rest) or _SAYS_YES.fullmatch(rest)))
        ):
            yes += 1
        elif not _BESIDE.fullmatch(part):
            return False
    return yes > 0


def agrees(text: str) -> bool | None:
    """
    The answer to a request for consent, or to "shall I send it?": True only for a plain yes, False for a clear no, None for all else.

    A plain yes is made of words of agreement and politeness alone, at most seven of them, or of several such parts with how it came about
    ("I asked her and she said yes"). Any condition, negation, question or word that is not known makes it None, so that consent is never
    guessed. No classifier has a say here.
    """
    if "?" in text:
        return None
    thumbs = {mark in "👍✅👌✔🆗" for mark in text if mark in "👍✅👌✔🆗👎❌🚫✖"}
    plain = normalise(text)
    if not plain or len(thumbs) > 1:
        return thumbs.pop() if len(thumbs) == 1 else None
    if False in thumbs:
        return False if clear_no(plain) else None
    if _PLAIN_YES.fullmatch(plain) and not _GREETING.fullmatch(plain) and len(plain.split()) <= _AGREE_WORDS:
        return True
    if _agrees_in_parts(text.replace("’", "'").replace("'", "")):
        return True
    return False if clear_no(plain) and not is_question(text) else None


def yes_on_a_condition(text: str) -> bool:
    """True for a yes that hangs on something ("yes but only if he cant see it"): no consent, and no misunderstanding either."""
    plain = normalise(text)
    return bool(
        agrees(text) is None and not is_question(text) and _LEADING_YES.match(plain) and _CONDITION.search(plain)
    )


_KEPT_FROM = re.compile(
    r"\b(?:if|as long as|so long as|provided|but|just)\b(?: \w+){0,5} (?:he|she|they|him|her|them|husband|wife|partner|boyfriend|girlfriend|ex|mum|mam|mom|dad|"
    r"son|daughter|brother|sister|family|kids|children|neighbou?rs?|landlord|boss|ex husband|ex wife|else)\b(?: \w+){0,4}"
)
_SEEN = re.compile(
    r"\b(?:cant|cannot|can not|wont|will not|doesnt|does not|dont|do not|never|isnt|arent|not)\b(?: \w+){0,5} (?:see|find out|know|hear|read|told|tell|show|shown|look)\b"
)
_OFFICIAL = re.compile(
    r"\b(?:council|team|gp|doctor|surgery|social|police|first contact|you|anyone|anybody|no ?one|nobody)\b"
)


def yes_if_kept_from(text: str) -> bool:
    """True for a yes on the one condition that somebody close does not get to see it ("yes but only if he cant see it"). The
    words of every consent promise that already: only the team gets it, and it asks before it shares."""
    plain = normalise(text)
    return bool(
        yes_on_a_condition(text)
        and _KEPT_FROM.search(plain)
        and _SEEN.search(plain)
        and not _OFFICIAL.search(_LEADING_YES.sub("", plain))
    )


def clear_no(plain: str) -> bool:
    """True when normalised words refuse and nothing in them agrees, doubts or makes a condition."""
    padded = f" {plain} "
    if _NO_BUT_YES.search(plain) or any(f" {phrase} " in padded for phrase in (*_UNSURE, *_NOT_PLAIN)):
        return False
    left = _REFUSAL.sub(" ", plain)
    fine_aside = _I_AM_FINE.sub(" ", left)
    if _CONDITION.search(fine_aside) or _AGREE_ANYWHERE.search(fine_aside):
        return False
    starts = plain.split()[0] in _NO_START
    refused = left != plain and len(plain[: _REFUSAL.search(plain).start()].split()) <= 4  # type: ignore[union-attr]
    return starts or refused or bool(_BARE_NO.fullmatch(plain))


_ASKED = r"(?:i|you|u|ya|it|this|that|they|we|he|she|there|these|those|someone|somebody|anyone|anybody|people|your|the|what|who)"
_QUESTION = re.compile(
    r"(?:(?:and|but|ok|okay|so|well|wait|sorry|hang on|hold on|hi|hello|no|yes|yeah|um|erm|er|right)\s+)*"
    r"(?:(?:what|whats|why|whys|how|hows|who|whos|whose|which|wheres|wot|y do|y d)\b(?! (?:ever|not|about|cares|i (?:need|want)))"
    rf"|(?:where|when)\s+(?:is|are|will|do|does|did|can|would|should|u|was|exactly)\b|(?:where|when|how come)$|when you (?:gonna|going)\b"
    rf"|(?:can|could|would|should|did|does|will|wont|cant|have|has|had|may)\s+{_ASKED}\b|(?:is|are|was|were)\s+(?:{_ASKED}|my)\b|do\s+(?:i|you|u|ya|they|we|people|the)\b|(?:does|will|can)\s+my\b)"
)


def is_question(text: str) -> bool:
    """True for a question to us, with or without its mark: "what happens to it". Not for "will do", "why not", "when im back", "Will Young"."""
    return "?" in text or bool(_QUESTION.match(normalise(text)))
