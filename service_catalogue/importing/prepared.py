"""A staged record with the facts that were read out of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.normalise import Facts, Normaliser
from service_catalogue.importing.rows import hash_of
from service_catalogue.importing.stage import Staged

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A staged service with its facts; `facts` None when there is no record in it."""

    staged: Staged
    facts: Facts | None
    hash: str
    findings: Findings


def prepare(staged: Staged, normaliser: Normaliser) -> Prepared:
    """Never raises: a record that we cannot deal with is kept back and says so."""
    findings = Findings()
    if len(staged.items) > 1:
        same = len({item.text for item in staged.items}) == 1
        findings.add("duplicate_record", "id", f"{len(staged.items)} copies{', all alike' if same else ''}")
    if staged.record is None:
        findings.add(staged.problem, "", staged.items[0].text[:200])
        return Prepared(staged, None, "", findings)
    if not staged.has_id:
        findings.add("no_id", "id")
    if any(item.detail_failed for item in staged.items):
        findings.add("detail_failed")
    try:
        facts = normaliser.facts(staged.record, already=findings)
        if staged.from_list:
            facts.values["extra"]["from_list"] = list(staged.from_list)
        return Prepared(staged, facts, hash_of(facts), findings)
    except Exception as error:  # one record must never stop a run
        _log.error("a record could not be read: %s", type(error).__name__)
        findings.add("failed", "", type(error).__name__)
        return Prepared(staged, None, "", findings)
