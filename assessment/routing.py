"""Where someone goes next, with the reasons in plain words. A pure function of the assessment, the rules and the coverage of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from assessment.coverage import Coverage
from assessment.needs import Needs
from assessment.own_doors import area_of
from common.local_data import LocalDataError, read_yaml

AreaKind = Literal["county", "city", "rutland", "outside", "unknown"]
Destination = Literal["first_contact_plus", "lac", "locality_team", "other_council", "outside", "under_18", "services"]
Tier = Literal["essential", "enhanced", "expert"]
TIERS: tuple[Tier, ...] = ("essential", "enhanced", "expert")
_SIGNS = frozenset(
    {
        "isolated",
        "long_term_condition",
        "low_confidence",
        "does_not_know_where_to_start",
        "known_to_services",
        "wants_face_to_face",
        "wants_help_to_arrange",
    }
)


@dataclass(frozen=True)
class Assessment:
    """
    What is known about a resident. `place` is a place name ("" when not known), `district` one of the seven or None,
    `area` the other county or city for people outside, `adult` None while nobody asked. The signs come from answers.
    """

    needs: tuple[str, ...] = ()
    place: str = ""
    district: str | None = None
    area_kind: AreaKind = "unknown"
    adult: bool | None = None
    red_flags: tuple[str, ...] = ()
    area: str | None = None
    isolated: bool = False
    long_term_condition: bool = False
    low_confidence: bool = False
    does_not_know_where_to_start: bool = False
    known_to_services: bool = False
    wants_face_to_face: bool = False
    wants_person: bool = False
    wants_help_to_arrange: bool = False


@dataclass(frozen=True)
class Decision:
    """
    Where to go, at which tier of care navigation, and why, in words for the resident.

    `emergency_first`: the emergency reply goes out before anything else. `person`: a person takes this (for `outside` and `under_18`
    through their own right door; no referral is stored for those two). `team` is empty for those two and for `services`.
    """

    destination: Destination
    team: str
    tier: Tier
    reasons: tuple[str, ...]
    emergency_first: bool = False
    person: bool = False


@dataclass(frozen=True)
class Rules:
    """routing.yml, checked, with the families of needs.yml."""

    needs: Needs
    tiers: Mapping[str, list[dict[str, Any]]]
    signs_from_needs: Mapping[str, list[str]]
    county_team: str
    reasons: Mapping[str, str]

    @classmethod
    def load(cls, data_dir: Path) -> Rules:
        """Reads routing.yml and needs.yml. Raises LocalDataError naming the line that cannot be used."""
        path = data_dir / "routing.yml"
        content = read_yaml(path)
        for tier, lines in content["tiers"].items():
            for line in lines:
                conditions = set(line) - {"reason"}
                known = conditions and conditions <= {"needs", "families", "signs", "red_flag"}
                if (
                    tier not in TIERS
                    or not known
                    or set(line.get("signs", ())) - _SIGNS
                    or line.get("red_flag", True) is not True
                ):
                    raise LocalDataError(f"{path}: tiers: {tier}: {line} has a condition that is not known")
                if line["reason"] not in content["reasons"]:
                    raise LocalDataError(f"{path}: tiers: {tier}: no reason {line['reason']!r}")
        team = content["team_names"]["first_contact_plus"]
        return cls(Needs.load(data_dir), content["tiers"], content["signs_from_needs"], team, content["reasons"])


def decide(assessment: Assessment, rules: Rules, coverage: Coverage, today: date, council: str = "") -> Decision:
    """
    The right door: under 18 and outside the county first, then by tier; a person asked for is a person given.

    `council`: the confirmed team of another council that takes referrals of people who live where this person lives; empty as
    shipped. The expert tier goes to the team with checked coverage of the place today, and to the county team where there is none.
    """
    tier, why = _tier(assessment, rules)
    words = rules.reasons
    danger = bool(assessment.red_flags)
    first = (words["emergency"],) if danger else ()
    asked = assessment.wants_person

    def to(destination: Destination, team: str, person: bool, *reasons: str) -> Decision:
        return Decision(destination, team, tier, tuple(dict.fromkeys((*first, *reasons))), danger, person)

    if assessment.adult is False:
        return to("under_18", "", danger or asked, words["under_18"])
    if assessment.area_kind in ("city", "rutland", "outside"):
        # A district or city known by name says where; a postcode from far away does not.
        area = area_of(assessment.area_kind, assessment.area)
        if council:
            return to("other_council", council, True, words["other_council"].format(team=council, area=area))
        where = words["outside"].format(area=area) if area else words["outside_unknown"]
        return to("outside", "", danger or asked, where)
    wanted = (words["person_wanted"],) if asked else ()
    if tier == "essential" and not asked:
        return to("services", "", False, words["services"])
    if tier == "expert":
        row = (
            coverage.team_for(assessment.place, assessment.district, today)
            if assessment.area_kind == "county"
            else None
        )
        if row:
            there = words[row.destination].format(team=row.team, place=assessment.place or row.place)
            return to("lac" if row.destination == "lac" else "locality_team", row.team, True, *wanted, *why, there)
        no_team = words["no_coverage"].format(team=rules.county_team)
        return to("first_contact_plus", rules.county_team, True, *wanted, *why, no_team)
    county = words["county_team"].format(team=rules.county_team)
    return to("first_contact_plus", rules.county_team, True, *wanted, *why, county)


def _tier(assessment: Assessment, rules: Rules) -> tuple[Tier, tuple[str, ...]]:
    needs = {slug for slug in assessment.needs if slug in rules.needs}
    families = rules.needs.families(needs)
    signs = {sign for sign in _SIGNS if getattr(assessment, sign)}
    signs |= {sign for sign, slugs in rules.signs_from_needs.items() if needs & set(slugs)}

    def holds(line: Mapping[str, Any]) -> bool:
        enough = len(needs) >= line.get("needs", 0) and len(families) >= line.get("families", 0)
        return enough and signs >= set(line.get("signs", ())) and (bool(assessment.red_flags) or "red_flag" not in line)

    for tier in reversed(TIERS):
        lines = [line for line in rules.tiers.get(tier, []) if holds(line)]
        if lines:
            counts = [len(families) if "families" in line else len(needs) for line in lines]
            return tier, tuple(
                rules.reasons[line["reason"]].format(count=n) for line, n in zip(lines, counts, strict=True)
            )
    return "essential", ()
