"""What is wrong with the contacts that residents are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class ContactCheck:
    """`errors`: cannot be used as they stand; `warnings`: nobody has confirmed them, or not lately. Sentences for staff."""

    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()


def check_contacts(data_dir: Path, today: date) -> ContactCheck:
    """The contacts file as it stands on disk now, so that a correction can be seen before the restart."""
    from safety.contacts import Contacts

    try:
        errors, warnings = Contacts.load(data_dir).problems(today)
    except (ValueError, OSError) as error:
        return ContactCheck(errors=(f"The contacts cannot be read: {error}",))
    return ContactCheck([str(one) for one in errors], [str(one) for one in warnings])
