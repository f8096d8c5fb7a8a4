"""Who may come, what it costs, how one takes part and how one gets in."""

from __future__ import annotations

import re
from typing import Any

from service_catalogue.eligibility import read_eligibility
from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain
from service_catalogue.feeds.schedules import attending_texts
from service_catalogue.feeds.values import Json, as_list, first_of, number, objects, text, truth

Row = dict[str, Any]
_MOST = 30
_FREE = re.compile(
    r"(?:it(?:'s| is) |this (?:service )?is )?(?:completely |all )?free(?: of charge| to (?:use|all|everyone|attend|join)| service)?|no (?:charge|cost|fee)s?|£0(?:\.00)?|nil",
    re.IGNORECASE,
)
_PAID = re.compile(r"£\s*(?:[1-9]|0?\.[1-9])|\bthere is a charge\b|^paid$", re.IGNORECASE)
_WOMEN = re.compile(
    r"\b(?:women|girls|females?|ladies)(?:[- ]| and girls )only\b|\bonly (?:for|open to) women\b|\bfor women only\b|\bsingle[- ]sex \(?women",
    re.IGNORECASE,
)
_MEN = re.compile(r"(?<!wo)\b(?:men|males?)[- ]only\b|\bonly (?:for|open to) men\b|\bfor men only\b", re.IGNORECASE)
_SELF = re.compile(
    r"self[- ]?refer|refer yourself|you can contact this service yourself|no referral (?:is )?(?:needed|required|necessary)|drop[- ]?in",
    re.IGNORECASE,
)
_PROFESSIONAL = re.compile(
    r"professional(?:'s)? referral|referr(?:al|ed) (?:by|from|through|via) (?:a |your |their )?(?:gp|doctor|professional|health|social|school|agency)|gp referral|refer(?:ral)? letter|professional can refer|by referral only",
    re.IGNORECASE,
)
_ATTENDING = {
    "venue": re.compile(r"\bvenue\b|in[- ]person|face[- ]to[- ]face|at (?:a|the|our) (?:centre|venue|hall|office)|drop[- ]?in\b", re.IGNORECASE),
    "online": re.compile(r"online|video|zoom|\bteams\b|remote|virtual|webchat|internet", re.IGNORECASE),
    "phone": re.compile(r"\b(?:tele)?phone\b|helpline|telephone", re.IGNORECASE),
    "home": re.compile(r"home visit|\bat home\b|in your (?:own )?home|outreach visit", re.IGNORECASE),
}  # fmt: skip


def ages_of(record: Json, findings: Findings) -> tuple[int | None, int | None]:
    """The widest range that the record states. Contradictions and -1 are no statement."""
    rows = [record, *objects(record.get("eligibilitys")), *objects(record.get("eligibilities"))]
    stated = [
        (
            _age(first_of(row, "minimum_age", "min_age"), findings),
            _age(first_of(row, "maximum_age", "max_age"), findings),
        )
        for row in rows
    ]
    stated = [pair for pair in stated if pair != (None, None)]
    if not stated:
        return None, None
    lows, highs = [low for low, _ in stated if low is not None], [high for _, high in stated if high is not None]
    low = min(lows) if len(lows) == len(stated) else None
    high = max(highs) if len(highs) == len(stated) else None
    if len(stated) == 1:
        low, high = stated[0]
    if low is not None and high is not None and low > high:
        findings.add("bad_age", "minimum_age", f"{low} to {high}")
        return None, None
    return low or None, high


def audience_of(low: int | None, high: int | None, eligibility: str) -> str:
    if low is not None and low >= 18:
        return "adult"
    if high is not None and high < 26:
        return "young"
    return read_eligibility(eligibility).audience if eligibility else "any"


def gender_of(*texts: str) -> str:
    """Only where it is said outright."""
    said = "\n".join(texts)
    women, men = bool(_WOMEN.search(said)), bool(_MEN.search(said))
    return "women" if women and not men else "men" if men and not women else "any"


def eligibility_text(record: Json) -> str:
    said = [plain(record.get("eligibility_description"))[0]]
    said += [plain(row.get(key))[0] for row in objects(record.get("eligibilitys")) for key in ("eligibility", "name")]
    return "\n".join(dict.fromkeys(part for part in said if part))[:2_000]


def costs_of(record: Json, findings: Findings) -> tuple[str, list[Row]]:
    """ "free", "paid" or "unknown", and the rows of prices. A missing price is not "free"."""
    rows: list[Row] = []
    for option in objects(record.get("cost_options")):
        amount = number(option.get("amount"))
        if amount is None and text(option.get("amount"), 40):
            findings.add("bad_amount", "cost_options.amount", option.get("amount"))
        if amount is not None and not 0 <= amount < 100_000:
            findings.add("bad_amount", "cost_options.amount", option.get("amount"))
            amount = None
        row = {
            "option": text(option.get("option"), 200),
            "amount": None if amount is None else f"{amount:.2f}",
            "amount_description": text(first_of(option, "amount_description", "cost_type"), 300),
        }
        if row not in rows and any(value not in (None, "") for value in row.values()):
            rows.append(row)
    fees = plain(first_of(record, "fees_description", "fees"))[0]
    if fees and len(rows) < _MOST and not any(fees[:300] in row["amount_description"] for row in rows):
        rows.append({"option": "", "amount": None, "amount_description": " ".join(fees.split())[:300]})
    return _cost(record, rows, fees, findings), rows[:_MOST]


def _cost(record: Json, rows: list[Row], fees: str, findings: Findings) -> str:
    said = [text(row["option"], 200) for row in rows] + [fees]
    amounts = [float(row["amount"]) for row in rows if row["amount"] is not None]
    free = (
        truth(record.get("free")) is True
        or (bool(amounts) and not any(amounts))
        or any(_FREE.fullmatch(one.strip(" .!")) for one in said if one)
    )
    paid = any(amounts) or any(_PAID.search(one) for one in said)
    if free and paid:
        findings.add("cost_contradiction", "cost_options")
        return "unknown"
    return "free" if free else "paid" if paid else "unknown"


def route_of(record: Json, applying: str) -> str:
    """ "self", "professional", "both" or "unknown"."""
    said = " ".join(
        [
            applying,
            *(text(entry, 200) for entry in as_list(record.get("attending_access"))),
            text(record.get("pc_attendingAccess_additionalInfo"), 500),
        ]
    )
    by_self, by_other = bool(_SELF.search(said)), bool(_PROFESSIONAL.search(said))
    if truth(record.get("needs_referral")) is True and not by_self:
        return "professional"
    return "both" if by_self and by_other else "self" if by_self else "professional" if by_other else "unknown"


def attending_of(record: Json) -> list[str]:
    """Of "venue", "online", "phone", "home": only what fields made for it say."""
    said = [text(entry, 300) for key in ("attending_type", "deliverable_type") for entry in as_list(record.get(key))]
    said += attending_texts(record)
    return [code for code, pattern in _ATTENDING.items() if any(pattern.search(one) for one in said)]


def _age(value: Any, findings: Findings) -> int | None:
    years = number(value)
    if years is None or years == -1:
        return None
    if not 0 <= years <= 120:
        findings.add("bad_age", "minimum_age", value)
        return None
    return int(years)
