"""Which texts staff may send to a resident, when, and to whom never (staff_texts.yml). Pure; the desk shows the plan before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from common import phone
from common.clock import LONDON
from common.local_data import LocalDataError, read_yaml
from referrals.alert_rules import template
from referrals.packet import Packet, contact_unsafe

FILE = "staff_texts.yml"
# Why a text is refused, in order of weight. The words for staff stand in the file.
STOPPED, UNSAFE, NOT_SAFE, NO_MOBILE, ENOUGH = "stopped", "unsafe", "not_safe", "no_mobile", "enough"
NO_RINGING, NO_TEXTS, TAKEN_BACK = "no_ringing", "no_texts", "taken_back"
REFUSALS = (NO_TEXTS, TAKEN_BACK, STOPPED, UNSAFE, NOT_SAFE, NO_MOBILE, NO_RINGING, ENOUGH)


@dataclass(frozen=True)
class Template:
    """One text to choose: `label` for staff, `text` for the resident, word for word. `rings`: it says that we ring."""

    code: str
    label: str
    text: str
    rings: bool = False


@dataclass(frozen=True)
class Recipient:
    """Who would get it. stopped: the number has stopped our texts. careful: abuse was told of in the conversation, so texts go
    only as replies. sent: when each text of staff to them went or will go."""

    packet: Packet
    stopped: bool = False
    careful: bool = False
    sent: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What would go, where and when (aware, UTC); or `refused`, a code of REFUSALS, and then nothing goes."""

    text: str = ""
    phone: str = ""
    at: datetime | None = None
    refused: str = ""


@dataclass(frozen=True)
class StaffTextRules:
    """The hours (London), how many a day, the templates by code, and what staff read when a text is refused."""

    earliest: time
    latest: time
    most_a_day: int
    templates: dict[str, Template]
    refusals: dict[str, str]
    allow_test_numbers: bool = False

    @classmethod
    def load(cls, data_dir: Path, allow_test_numbers: bool = False) -> StaffTextRules:
        """allow_test_numbers: as the setting ALLOW_TEST_NUMBERS says. Raises LocalDataError naming file and key for what is missing or makes no sense."""
        path = data_dir / FILE
        raw = read_yaml(path)
        most, entries = raw.get("most_a_day"), raw.get("templates")
        if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= 10:
            raise LocalDataError(f"{path}: most_a_day must be a number from 1 to 10")
        if not isinstance(entries, list) or not entries:
            raise LocalDataError(f"{path}: templates must be a list")
        templates = [_template(path, number, entry) for number, entry in enumerate(entries, start=1)]
        if len({one.code for one in templates}) < len(templates):
            raise LocalDataError(f"{path}: templates: a code stands there twice")
        refusals = {code: template(path, f"refused.{code}", raw.get("refused"), frozenset()) for code in REFUSALS}
        rules = cls(
            earliest=_clock(path, raw, "earliest"),
            latest=_clock(path, raw, "latest"),
            most_a_day=most,
            templates={one.code: one for one in templates},
            refusals=refusals,
            allow_test_numbers=allow_test_numbers,
        )
        if not rules.earliest < rules.latest:
            raise LocalDataError(f"{path}: earliest must be before latest")
        return rules

    def may_send(self, now: datetime) -> bool:
        """Whether this is an hour at which a text may arrive."""
        return self.earliest <= now.astimezone(LONDON).time() < self.latest

    def next_time(self, now: datetime) -> datetime:
        """`now` when a text may arrive now, else the next morning's first moment; aware, UTC."""
        local = now.astimezone(LONDON)
        if self.may_send(now):
            return now.astimezone(timezone.utc)
        day = local.date() + timedelta(days=local.time() >= self.latest)
        return datetime.combine(day, self.earliest, LONDON).astimezone(timezone.utc)

    def plan(self, code: str, to: Recipient, now: datetime) -> Plan:
        """What sending this template at `now` (aware) comes to. Raises KeyError for a template that is not in the file.

        Silence is no permission: a text goes only to a mobile whose owner said that texting is safe.
        """
        text, packet, at = self.templates[code].text, to.packet, self.next_time(now)
        number = packet.contact_value if packet.contact_method == "phone" else ""
        today = at.astimezone(LONDON).date()
        if to.stopped:
            return Plan(refused=STOPPED)
        if to.careful or contact_unsafe(packet):
            return Plan(refused=UNSAFE)
        if not number or not phone.is_uk_mobile(number, self.allow_test_numbers):
            return Plan(refused=NO_MOBILE)
        if packet.safe_to_text is not True:
            return Plan(refused=NOT_SAFE)
        if self.templates[code].rings and packet.safe_to_call is not True:
            return Plan(refused=NO_RINGING)
        if sum(one.astimezone(LONDON).date() == today for one in to.sent) >= self.most_a_day:
            return Plan(refused=ENOUGH)
        return Plan(text, number, at)


def _template(path: Path, number: int, entry: Any) -> Template:
    if not isinstance(entry, dict) or set(entry) - {"rings"} != {"code", "label", "text"}:
        raise LocalDataError(f"{path}: template {number} must have exactly code, label and text, and may have rings")
    if not isinstance(rings := entry.get("rings", False), bool):
        raise LocalDataError(f"{path}: template {number}: rings must be true or false")
    code, label, text = (
        template(path, f"templates.{number}.{key}", entry, frozenset()) for key in ("code", "label", "text")
    )
    return Template(code, label, text, rings)


def _clock(path: Path, raw: dict[str, Any], key: str) -> time:
    try:
        return time.fromisoformat(str(raw.get(key)))
    except ValueError:
        raise LocalDataError(f'{path}: {key} must be a time such as "08:00", not {raw.get(key)!r}') from None
