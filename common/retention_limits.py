"""How long what is kept: retention.yml, which the council's data protection officer agrees."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml

FILE = "retention.yml"
SHORTEST_CODE = timedelta(hours=24)  # as long as a one-time code is good for
_MOST = 3660  # days


@dataclass(frozen=True)
class Retention:
    """Each a length of time; what it is counted from stands in retention.yml beside it."""

    chat: timedelta
    chat_with_referral: timedelta
    closed_page: timedelta
    one_time_code: timedelta = SHORTEST_CODE
    unsent: timedelta = timedelta(days=30)
    referral: timedelta = timedelta(days=90)
    closed_referral: timedelta = timedelta(days=14)
    withdrawn_referral: timedelta = timedelta(days=30)
    follow_up: timedelta = timedelta(days=90)
    safety_words: timedelta = timedelta(days=90)
    safety_record: timedelta = timedelta(days=730)
    audit: timedelta = timedelta(days=730)
    sign_ins: timedelta = timedelta(days=30)
    service_report: timedelta = timedelta(days=90)
    open_service_report: timedelta = timedelta(days=365)
    unmet_needs: timedelta = timedelta(days=730)
    imports: timedelta = timedelta(days=365)

    @classmethod
    def load(cls, data_dir: Path) -> Retention:
        """Raises LocalDataError naming file and key for what is missing, no whole number of hours or days, or contradictory."""
        path = data_dir / FILE
        limits = read_yaml(path).get("limits")
        if not isinstance(limits, dict):
            raise LocalDataError(f"{path}: limits is missing")
        if strange := sorted(set(limits) - {field.name for field in fields(cls)}):
            raise LocalDataError(f"{path}: limits does not know {', '.join(map(str, strange))}")
        found = {field.name: _length(path, limits, field.name) for field in fields(cls)}
        if not timedelta() < found["chat"] <= found["chat_with_referral"]:
            raise LocalDataError(f"{path}: chat must be at least 1 hour, and chat_with_referral no shorter than chat")
        if found["one_time_code"] < SHORTEST_CODE:
            raise LocalDataError(f"{path}: one_time_code must be at least 24 hours, as long as a code is good for")
        if found["safety_record"] < found["safety_words"]:
            raise LocalDataError(f"{path}: safety_record must be no shorter than safety_words")
        return cls(**found)


def _length(path: Path, limits: dict[str, Any], name: str) -> timedelta:
    limit = limits.get(name)
    units = [unit for unit in ("hours", "days") if isinstance(limit, dict) and unit in limit]
    if not isinstance(limit, dict) or len(units) != 1 or not limit.get("source"):
        raise LocalDataError(f"{path}: limits.{name} needs hours or days, and a source")
    number, most = limit[units[0]], _MOST * (24 if units[0] == "hours" else 1)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= most:
        raise LocalDataError(f"{path}: limits.{name}.{units[0]} must be a whole number of {units[0]}, not {number!r}")
    return timedelta(**{units[0]: number})
