"""The packet in reading order, for the page, for paper and for every export; and as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from common import phone as phones
from referrals.packet import Packet, Section, contact_unsafe, risk
from referrals.packet_required import UNKNOWN_PLACE
from referrals.packet_words import PacketWords
from referrals.promise import due_words
from referrals.request import Need


def sections(packet: Packet, words: PacketWords) -> list[Section]:
    """The parts in reading order, those without content left out. Keys: `packet_words.SECTIONS`."""
    say, label = words.say, words.labels
    found = [
        Section(words.titles["words"], (packet.own_words.strip() or say("only_choices"),), key="words"),
        Section(words.titles["needs"], tuple(_need_line(need) for need in packet.needs) or (say("none"),), key="needs"),
        Section(words.titles["risk"], risk(packet) or (say("none_known"),), key="risk"),
        Section(
            words.titles["about"],
            pairs=_known(
                (label[name], getattr(packet, name)) for name in ("what_matters", "who_is_around", "what_tried")
            ),
            key="about",
        ),
        Section(words.titles["told"], pairs=packet.answers, key="told"),
        Section(words.titles["why"], _why(packet, words), key="why"),
        Section(words.titles["services"], pairs=_services(packet, words), key="services"),
        Section(words.titles["contact"], contact_rules(packet, words), _contact(packet, words), key="contact"),
        Section(words.titles["person"], pairs=_person(packet, words), key="person"),
        Section(words.titles["consent"], (consent_line(packet, words),), key="consent"),
        Section(words.titles["not_asked"], pairs=not_asked(packet, words), key="not_asked"),
    ]
    return [section for section in found if section.lines or section.pairs]


def contact_rules(packet: Packet, words: PacketWords) -> tuple[str, ...]:
    """How this person may be contacted, most important first; each a sentence for staff."""
    rules = [words.say("unsafe")] if contact_unsafe(packet) else []
    rules.extend(_safe_rules(packet, words))
    if packet.safe_note.strip():
        rules.append(words.say("safe_note", note=packet.safe_note))
    return (*rules, words.say("discreet"), *contact_changes(packet, words))


def contact_changes(packet: Packet, words: PacketWords) -> tuple[str, ...]:
    """What the resident changed since, newest first: when, how, what, and the number or address that stood there before."""
    said = []
    for at, how, names, before in reversed(packet.contact_changes):
        label = {**words.labels, "contact_value": words.labels["contact"], "safe_note": words.labels["safe_note"]}
        what = ", ".join(label.get(name, name) for name in names.split(","))
        when = due_words(datetime.fromisoformat(at))
        said.append(words.say("changed", when=when, how=words.channels.get(how, how), what=what))
        if before:
            said[-1] += " " + words.say("changed_before", before=_readable(before))
    return tuple(said)


def _readable(value: str) -> str:
    return phones.national(value) if value.startswith("+") else value


def contact_label(packet: Packet, words: PacketWords) -> str:
    return words.labels.get(packet.contact_method, words.labels["contact"])


def contact_value(packet: Packet) -> str:
    """The number as people read it, or the address, or where they said they can be found."""
    return phones.national(packet.contact_value) if packet.contact_method == "phone" else packet.contact_value


def place_line(packet: Packet) -> str:
    """ "Wigston, Oadby and Wigston"; empty when not known."""
    place = "" if packet.place == UNKNOWN_PLACE else packet.place
    return ", ".join(part for part in (place, packet.district) if part.strip())


def consent_line(packet: Packet, words: PacketWords) -> str:
    """The yes in one line; the exact words are kept beside it (`consent_words`), too long to read each time."""
    which = "consent_other" if packet.about_other else "consent_self"
    return words.say(which, team=packet.team, purpose=packet.consent_purpose)


def not_asked(packet: Packet, words: PacketWords) -> tuple[tuple[str, str], ...]:
    """What was left out with the reason, in words; what has the same reason stands together."""
    together: dict[str, list[str]] = {}
    for what, why in packet.not_asked:
        together.setdefault(words.reasons.get(why, why), []).append(words.labels.get(what, what))
    return tuple(("; ".join(whats), why) for why, whats in together.items()) or ((words.say("nothing_left_out"), ""),)


def render_text(parts: Iterable[Section], head: Sequence[str] = ()) -> str:
    """The packet as plain text to paste elsewhere: `head` lines first, then each section under its title."""
    blocks = ["\n".join(head)] if head else []
    for section in parts:
        said = [
            f"{label}{' ' if label.endswith('?') else ': '}{value}" if value else label
            for label, value in section.pairs
        ]
        blocks.append("\n".join([section.title.upper(), *section.lines, *said]))
    return "\n\n".join(blocks) + "\n"


def _safe_rules(packet: Packet, words: PacketWords) -> list[str]:
    if packet.contact_method == "email":  # the only thing that was asked about
        return [words.say("safe_mail_no" if packet.safe_to_call is False else "safe_mail_yes")]
    both = (packet.safe_to_call, packet.safe_to_text)
    if both in ((None, None), (False, False)):
        return [words.say("safe_none_asked" if both[0] is None else "safe_none")]
    rules = []
    for key, safe in zip(("safe_to_call", "safe_to_text"), both, strict=True):
        if safe is None:
            rules.append(words.say("safe_not_asked", label=words.labels[key]))
        else:
            rules.append(words.say("safe_yes", label=words.labels[key]) if safe else words.say(f"{key}_no"))
    return rules


def _need_line(need: Need) -> str:
    return f"{need.label}: {need.said}" if need.said else need.label


def _known(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in pairs if value.strip())


def _why(packet: Packet, words: PacketWords) -> tuple[str, ...]:
    asked = (words.say("asked_for_person"),) if packet.asked_for_person else ()
    return (words.say("tier", tier=packet.tier), *packet.reasons, *asked)


def _services(packet: Packet, words: PacketWords) -> tuple[tuple[str, str], ...]:
    shown = "; ".join(packet.services_shown) or words.say("none")
    return _known(
        ((words.labels["services_shown"], shown), (words.labels["services_chosen"], "; ".join(packet.services_chosen)))
    )


def _contact(packet: Packet, words: PacketWords) -> tuple[tuple[str, str], ...]:
    unsaid = words.say("not_said")
    return (
        (words.labels["name"], packet.name.strip() or unsaid),
        (contact_label(packet, words), contact_value(packet).strip() or unsaid),
        (words.labels["best_time"], packet.best_time.strip() or unsaid),
    )


def _person(packet: Packet, words: PacketWords) -> tuple[tuple[str, str], ...]:
    said = {
        "place": place_line(packet) or words.say("not_said"),
        "referrer": words.say("other" if packet.about_other else "self"),
        "adult": words.say("adult_yes" if packet.adult else "adult_no"),
        "language": packet.language.strip() or words.say("english"),
        "access_needs": packet.access_needs,
    }
    return _known((words.labels[key], value) for key, value in said.items())
