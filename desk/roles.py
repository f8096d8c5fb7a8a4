"""Who may open which page of the desk. Every route has a line in `ROUTES`; one without is open to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What somebody is on the desk. An account holds one or more."""

    ADVISER = "adviser"  # works the queue
    LAC = "lac"  # a Local Area Coordinator: the same, for referrals to their own teams alone
    LEAD = "lead"  # an adviser who also watches: alerts, counts, unmet needs, safeguarding, the audit
    EDITOR = "editor"  # keeps the catalogue and the facts; sees no resident
    ADMINISTRATOR = "administrator"  # keeps the accounts; sees no resident


ROLE_WORDS = {
    Role.ADVISER: "Adviser: works on every referral",
    Role.LAC: "Local Area Coordinator: works on referrals to their own teams",
    Role.LEAD: "Lead: an adviser who also sees alerts, counts, unmet needs and the audit",
    Role.EDITOR: "Editor: keeps the catalogue and the facts, sees no referral",
    Role.ADMINISTRATOR: "Administrator: keeps the accounts, sees no referral",
}
# A first line for people: the shortest name of a role.
ROLE_NAMES = {role: words.split(":")[0] for role, words in ROLE_WORDS.items()}

ALL = frozenset(Role)
REFERRALS = frozenset({Role.ADVISER, Role.LAC, Role.LEAD})
WHOLE_COUNTY = frozenset({Role.ADVISER, Role.LEAD})  # see referrals of every team
LEADS = frozenset({Role.LEAD})
CATALOGUE = frozenset({Role.EDITOR})
UNMET = frozenset({Role.EDITOR, Role.LEAD})
FACTS = frozenset({Role.EDITOR, Role.LEAD})
ACCOUNTS = frozenset({Role.ADMINISTRATOR})
AUDIT = frozenset({Role.LEAD, Role.ADMINISTRATOR})

# The name of a route of `desk.app` -> who may. `login` and `static` are open to all: desk.security.OPEN_ROUTES.
ROUTES: dict[str, frozenset[Role]] = {
    "root": ALL,
    "logout": ALL,
    "second_factor": ALL,
    # One's own account
    "own_account": ALL,
    "enrol": ALL,
    "enrol_picture": ALL,
    "recovery_codes": ALL,
    # Accounts and the audit
    "accounts": ACCOUNTS,
    "account": ACCOUNTS,
    "account_change": ACCOUNTS,
    "audit": AUDIT,
    "audit_check": AUDIT,
    # The queue and one referral
    "queue": REFERRALS,
    "queue_counts": REFERRALS,
    "shortcuts": REFERRALS,
    "find": REFERRALS,
    "referral": REFERRALS,
    "take": REFERRALS,
    "assign": LEADS,
    "release": REFERRALS,
    "done": REFERRALS,
    "reopen": LEADS,
    "note": REFERRALS,
    "attempt": REFERRALS,
    "same_person": REFERRALS,
    "contact": REFERRALS,
    "notice": REFERRALS,
    "export": REFERRALS,
    # Safety entries
    "safety": REFERRALS,
    "safety_entry": REFERRALS,
    "safety_take": REFERRALS,
    "safety_note": REFERRALS,
    "safety_contact": REFERRALS,
    "safety_outcome": REFERRALS,
    # Texts
    "staff_text": REFERRALS,
    "staff_text_send": REFERRALS,
    "texts": REFERRALS,
    "conversation_texts": REFERRALS,
    "referral_texts": REFERRALS,
    # Live chats
    "live": REFERRALS,
    "live_talks": REFERRALS,
    "live_chat": REFERRALS,
    "live_lines": REFERRALS,
    "live_join": REFERRALS,
    "live_say": REFERRALS,
    "live_release": REFERRALS,
    "live_numbers": REFERRALS,
    # The catalogue and the facts
    "counts": LEADS,
    "counts_csv": LEADS,
    "person": LEADS,
    "person_export": LEADS,
    "person_erase": LEADS,
    "data": FACTS,
    "catalogue": CATALOGUE,
    "service": CATALOGUE,
    "withdraw": CATALOGUE,
    "bring_back": CATALOGUE,
    "checked": CATALOGUE,
    "unchecked": CATALOGUE,
    "correct": CATALOGUE,
    "uncorrect": CATALOGUE,
    "reports": CATALOGUE,
    "duplicates": CATALOGUE,
    "decide": CATALOGUE,
    "unmet": UNMET,
    "unmet_csv": UNMET,
    "sources": CATALOGUE,
    "vouch": CATALOGUE,
    "feeds": CATALOGUE,
    "imports": CATALOGUE,
    "import_run": CATALOGUE,
    "spreadsheet": CATALOGUE,
    "spreadsheet_out": CATALOGUE,
}

# The bar at the top, in this order: (section of the page, name of the route, words). One who may not open it does not see it.
MENU: tuple[tuple[str, str, str], ...] = (
    ("queue", "queue", "Queue"),
    ("safety", "safety", "Safety"),
    ("live", "live", "Live chats"),
    ("texts", "texts", "Texts"),
    ("catalogue", "catalogue", "Catalogue"),
    ("data", "data", "Facts to check"),
    ("counts", "counts", "Counts"),
    ("person", "person", "One person's data"),
    ("audit", "audit", "Audit"),
    ("accounts", "accounts", "Accounts"),
)


def roles_of(codes: Iterable[str]) -> frozenset[Role]:
    """The roles of stored codes; one that is no role (any more) counts for nothing."""
    held = set(codes)
    return frozenset(role for role in Role if role in held)


def may(roles: Iterable[Role], route: str | None) -> bool:
    """True when somebody with these roles may open the route of this name."""
    return not ROUTES.get(route or "", frozenset()).isdisjoint(roles)


def home(roles: Iterable[Role]) -> str:
    """The name of the route where somebody with these roles begins: an administrator at the accounts, everybody else at the first
    of the bar that they may open."""
    held = frozenset(roles)
    own = "accounts" if held == ACCOUNTS else "own_account"
    return own if held <= ACCOUNTS else next((route for _, route, _ in MENU if may(held, route)), own)
