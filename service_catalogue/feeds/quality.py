"""Which records are kept back from residents until a person has looked: nameless, placeholders, or saying nothing at all."""

from __future__ import annotations

import re

from service_catalogue.feeds.findings import Findings

_PLACEHOLDER_NAME = re.compile(
    r"(?:this is )?(?:an? )?(?:\W*)(?:test(?:ing)?(?: (?:service|record|entry|listing|organisation|organization|only|\d+))*|do not (?:use|publish)|dummy(?: \w+)?"
    r"|placeholder|sample(?: service| record)|example(?: service| record)|new service|untitled|no name|name|service|title|delete(?: me| this)?"
    r"|to be (?:deleted|confirmed)|duplicate|x{2,}|asdf\w*|qwerty\w*|foo|bar|foobar|lorem ipsum.*|service \d+ test)\W*",
    re.IGNORECASE,
)
_PLACEHOLDER_TEXT = re.compile(
    r"^\W*(?:lorem ipsum|test(?:ing)?\b.{0,20}$|do not use|placeholder|please delete)", re.IGNORECASE
)
_TEST_MARK = re.compile(r"(?:^|[\[(*\s-])(?:TEST|DO NOT USE|PLEASE IGNORE|DELETE)(?:$|[\])*\s:-])")


def judge(name: str, about: str, organization: str, reachable: bool, labelled: bool, findings: Findings) -> None:
    """Adds a quarantine code to `findings` when there is reason for one."""
    if not name or not re.search(r"[^\W_]", name):
        findings.add("no_name", "name", name)
    elif _PLACEHOLDER_NAME.fullmatch(name) or (_TEST_MARK.search(name) and name.upper() != name):
        findings.add("placeholder", "name", name)
    elif _PLACEHOLDER_TEXT.search(about) and len(about) < 400:
        findings.add("placeholder", "description", about)
    elif not about and not organization and not reachable and not labelled:
        findings.add("nothing_known", "", name)
