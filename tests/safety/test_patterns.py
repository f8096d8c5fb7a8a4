"""Every reviewed example of red_flags.yml holds; each test is named by the entry it comes from."""

from __future__ import annotations

import pytest

from safety.data import SafetyDataError, lines_of, read_mapping
from safety.patterns import FLAGS, load_rulebook
from safety.screen import Screen
from tests.safety.conftest import DATA

CONTENT = read_mapping(DATA / "red_flags.yml")


def examples(kind):
    return [
        pytest.param(entry["id"], text, id=f"{entry['id']}-{number}")
        for entry in CONTENT["patterns"]
        for number, text in enumerate(lines_of(entry[kind], kind), start=1)
    ]


@pytest.mark.parametrize(("pattern", "text"), examples("fires"))
def test_an_example_that_must_fire_fires(screen, pattern, text):
    """A message under `fires` raises its own entry."""
    assert pattern in {finding.pattern for finding in screen.check(text)}


@pytest.mark.parametrize(("pattern", "text"), examples("silent"))
def test_an_example_that_must_stay_silent_is_silent(screen, pattern, text):
    """A message under `silent` does not raise the entry that stands beside it."""
    assert pattern not in {finding.pattern for finding in screen.check(text)}


@pytest.mark.parametrize("text", lines_of(CONTENT["ordinary"], "ordinary"))
def test_an_ordinary_message_raises_nothing(screen, text):
    """Everyday needs, idiom, grief and resolved pasts raise no flag at all."""
    assert screen.check(text) == []


def test_every_flag_has_patterns(screen):
    """All seven flags and threats to others are looked for."""
    assert {pattern.flag for pattern in screen.rulebook.patterns} == set(FLAGS)


def written(tmp_path, **changes):
    """A small rulebook file with the second look of the shipped one; returns its folder."""
    import yaml

    entry = {
        "id": "one",
        "flag": "fire_gas",
        "source": "here",
        "says": "smell gas",
        "fires": "i smell gas",
        "silent": "i smell toast",
        **changes,
    }
    content = {key: CONTENT[key] for key in ("spellings", "misspelt", "real_words", "second_look", "lists")}
    content |= {"policies": {"here": "a policy"}, "patterns": [entry]}
    (tmp_path / "red_flags.yml").write_text(
        yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return tmp_path


def test_a_new_entry_needs_no_code(tmp_path):
    """Changing the file changes what is found."""
    found = Screen.load(written(tmp_path, says="purple smoke")).check("There is PURPLE smoke here")
    assert [(finding.flag, finding.pattern) for finding in found] == [("fire_gas", "one")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flag": "flood"}, "not a flag"),
        ({"source": "nowhere"}, "not one of the policies"),
        ({"says": "(smell gas"}, "bracket"),
        ({"says": "[smell] gas"}, "cannot begin"),
        ({"says": "smell {gases}"}, "no list"),
        ({"fires": ""}, "needs id, says, fires and silent"),
        ({"sayz": "x"}, "unknown keys"),
        ({"silenced_by": ["never"]}, "silenced_by"),
    ],
)
def test_a_broken_entry_is_refused_by_name(tmp_path, changes, words):
    """A mistake in an entry stops loading, and the message names the entry and the mistake."""
    with pytest.raises(SafetyDataError, match=words) as error:
        load_rulebook(written(tmp_path, **changes))
    assert "one" in str(error.value)
