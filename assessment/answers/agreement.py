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
        torn = (no or any(word in _NO for word in words[1:3])) if first else yes
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
    r"(?:thats|that is|its|it is|that would be|thatd be|thatll be|that will be) (?:fine|ok|okay|alright|all right|good|great|lovely|perfect|right|correct|a yes|grand|spot on)|"
    r"(?:its |thats |that is |it is )?all (?:right|correct)|(?:it |that |all )?looks (?:good|right|fine|ok)|fine by me|ok with me|ok by me|(?:she|he|they) (?:agrees?|does|do|knows?|said yes|says yes|is happy|are happy|consents?)|shes happy|hes happy"
)  # fmt: skip
_FILLER = (
    r"then|please|pls|plz|thanks?|thank you|thankyou|thx|ta|cheers|love|duck|me duck|mate|pal|luv|hun|dear|now|just|so|very much|much|yes|lovely|great|good|perfect|brilliant|smashing|all good|"
    r"i am|im sure|i am sure|it is|that is|with (?:that|this|it)|to (?:that|this|it)|from me|by me|with me|for (?:that|this)|about it|and|oh|well|right|to them|from|off|on|sir|miss"
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


def agrees(text: str) -> bool | None:
    """
    The answer to a request for consent, or to "shall I send it?": True only for a plain yes, False for a clear no, None for all else.

    A plain yes is made of words of agreement and politeness alone, at most seven of them: any condition, negation, question or word that
    is not known makes it None, so that consent is never guessed. No classifier has a say here.
    """
    if "?" in text:
        return None
    thumbs = {mark in "👍✅👌✔🆗" for mark in text if mark in "👍✅👌✔🆗👎❌🚫✖"}
    plain = normalise(text)
    if not plain or len(thumbs) > 1:
        return thumbs.pop() if len(thumbs) == 1 else None
    if False in thumbs:
        return False if clear_no(plain) else None
    if _PLAIN_YES.fullmatch(plain) and not _GREETING.fullmatch(plain):
        return True if len(plain.split()) <= _AGREE_WORDS else None
    return False if clear_no(plain) and not is_question(text) else None


def clear_no(plain: str) -> bool:
    """True when normalised words refuse and nothing in them agrees, doubts or makes a condition."""
    padded = f" {plain} "
    if _NO_BUT_YES.search(plain) or any(f" {phrase} " in padded for phrase in (*_UNSURE, *_NOT_PLAIN)):
        return False
    left = _REFUSAL.sub(" ", plain)
    if _CONDITION.search(left) or _AGREE_ANYWHERE.search(left):
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
