"""The fault matrix in short: real processes that are killed, hung and locked out while residents write. In full: `make faults`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conversation.world import MODEL, RASA_PYTHON
from tests.faults.run import run, table
from tests.faults.world import world

pytestmark = [pytest.mark.alone, pytest.mark.timeout(700)]
SHORT = ("front door killed", "Rasa killed", "actions killed", "database locked", "disk full", "texts: taken, then 500")


async def test_g2_nothing_is_lost_doubled_or_falsely_confirmed_whatever_breaks(tmp_path: Path) -> None:
    """12 conversations on both channels to their end, 6 kinds of faults: every acknowledged message is stored once, run once and
    answered; each text goes out once; whoever was told a reference has that referral, once; the team hears of each.
    """
    if not RASA_PYTHON.exists() or not MODEL.exists():
        pytest.skip("the Rasa environment or the trained model is missing: `make setup` makes both")
    seed = random.randrange(10**6)
    async with world(tmp_path) as place:
        report = await run(place, 12, len(SHORT), seed, SHORT)
    print(table(report))
    assert report.broken == [], table(report)
    assert report.referrals and sum(report.faults.values()) == len(SHORT)
