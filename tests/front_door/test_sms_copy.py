"""Everything that a text may say, read from the files it stands in: what it costs, what it invites, and what it gives away."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from front_door.choices import resolve
from front_door.sms import render, segments
from tests.front_door.support import DATA

ROOT = Path(__file__).parents[2]
RESERVED = "YES|NO|STOP|END|CANCEL|QUIT|HELP|INFO|START"
# In capitals, or after a verb that asks to send it, alone: "reply stop", "text us 'yes'.", but not "say no more" or "send help".
_INVITED = re.compile(
    rf"\b(?:{RESERVED})\b|\b(?i:reply|text|send|type|answer|write|enter)(?i: back| us| me| with| the word)* [\"'“‘]?(?i:{RESERVED})[\"'”’]?(?=[.,;:!?)]|$|\s+(?i:to|or|if|for|and)\b)"
)
_STOLEN = {"stop", "end", "cancel", "quit", "help", "info", "start", "unstop", "unsubscribe", "stopall"}
_FILLED = re.compile(r"\{[^}]*\}")
_FILLING = "Melton Mowbray"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{where}.{number}")


def questions() -> Iterator[tuple[str, list[str], list[dict[str, str]]]]:
    """(where, words, choices) of all that asks something."""
    for name, variants in read(ROOT / "domain.yml")["responses"].items():
        for number, variant in enumerate(variants):
            buttons = [{"label": b["title"], "value": b["payload"]} for b in variant.get("buttons") or ()]
            yield f"{name}.{number}", [variant["text"]], buttons
    for question in read(DATA / "questions.yml")["questions"]:
        options = [
            {"label": o["label"], "value": f"{question['id']}={o['value']}"} for o in question.get("options") or ()
        ]
        for key in ("text_sms", "text_other", "plainer", "plainer_other", "why", "why_other"):
            if question.get(key):
                yield f"{question['id']}.{key}", [question[key]], [] if key.startswith("why") else options
    follow_up = read(DATA / "follow_up.yml")
    two = [{"label": follow_up[key], "value": f"helped={key}"} for key in ("helped", "not_yet")]
    yield "follow_up", [follow_up["text"]], two
    private = read(DATA / "texts.yml")["private"]
    two = [{"label": private[key], "value": f"texting={key}"} for key in ("safe", "not_safe")]
    yield "texts.private", [private["ask"]], two


def other_words() -> Iterator[tuple[str, str]]:
    for name, part in (
        (
            "front_door",
            (
                "sms_welcome",
                "apology",
                "gave_up",
                "danger",
                "empty",
                "too_long",
                "picture",
                "more",
                "stop_confirmation",
            ),
        ),
        ("conversation_words", ("phrases",)),
        ("consent", ("receivers",)),
        ("referral_words", ("promise", "contact_line")),
        ("other_doors", None),
    ):
        content = read(DATA / f"{name}.yml")
        yield from leaves({key: content[key] for key in part} if part else content, name)
    yield from (
        (where, text) for where, text in leaves(read(DATA / "red_flag_replies.yml"), "red_flags") if "sms" in where
    )
    texts = read(DATA / "texts.yml")
    yield "texts.reached", texts["a_day"]["reached"]
    yield from leaves({key: texts["private"][key] for key in ("ask", "safe", "not_safe", "refused")}, "texts")
    yield "texts.left_out", texts["links"]["left_out"]


QUESTIONS = {where: (words, choices) for where, words, choices in questions()}
WORDS = dict(other_words())
LABELS = {f"{where}: {c['label']}": c["label"] for where, (_, choices) in QUESTIONS.items() for c in choices}


def test_the_lint_reads_all_there_is() -> None:
    """A file that moved must not leave it with nothing to read."""
    assert len(QUESTIONS) > 150 and len(WORDS) > 100 and len(LABELS) > 60


def test_k6_no_text_invites_a_word_that_networks_act_on() -> None:
    """YES, NO, STOP, END, CANCEL, QUIT, HELP, INFO, START are asked for nowhere."""
    said = {where: words[0] for where, (words, _) in QUESTIONS.items()} | WORDS
    assert {where: text for where, text in said.items() if _INVITED.search(text)} == {}


@pytest.mark.parametrize(
    "said",
    [
        "Reply YES to go on.",
        "text stop to end",
        "Send 'help' or ring.",
        "Reply with cancel.",
        "type the word no.",
        "Reply HELP",
    ],
)
def test_k6_the_lint_sees_an_invitation(said: str) -> None:
    """It would fail on these."""
    assert _INVITED.search(said)


def test_k6_no_label_is_a_word_that_networks_take_away() -> None:
    """Whoever types a label instead of its number is heard by us."""
    assert [where for where, label in LABELS.items() if re.sub(r"[^a-z]", "", label.casefold()) in _STOLEN] == []


def test_k6_choices_are_numbers_and_their_labels_are_understood_too() -> None:
    """Each choice stands on a line of its own behind its number, and comes back by either."""
    for where, (words, choices) in QUESTIONS.items():
        lines = render.whole(words, choices).splitlines()[-len(choices) :] if choices else []
        for number, (line, choice) in enumerate(zip(lines, choices, strict=True), start=1):
            assert line == f"{number} {segments.downgrade(choice['label'])}", where
            for said in (str(number), f"{number}.", choice["label"], choice["label"].upper(), line):
                assert resolve(said, choices) == choice["value"], (where, said)


def test_o1_no_question_with_its_choices_is_over_three_segments() -> None:
    """Copy that would cost more fails here; what is filled in is taken as a name of usual length."""
    texts = {
        where: render.whole([_FILLED.sub(_FILLING, word) for word in words], choices)
        for where, (words, choices) in QUESTIONS.items()
    }
    assert {where: text for where, text in texts.items() if segments.count(text) > render.MAX_SEGMENTS} == {}


def test_o1_no_other_words_are_over_three_segments() -> None:
    """Each fits one text, in the cheap alphabet."""
    texts = {where: segments.downgrade(_FILLED.sub(_FILLING, text)) for where, text in WORDS.items()}
    assert {where: text for where, text in texts.items() if not segments.is_gsm(text)} == {}
    assert {where: text for where, text in texts.items() if segments.count(text) > render.MAX_SEGMENTS} == {}


def test_o8_texts_that_we_start_name_no_need_and_no_service() -> None:
    """The text after two weeks, the notice of a full day and the end of texting: somebody else may read them."""
    started = [
        *(QUESTIONS["follow_up"][0] + [c["label"] for c in QUESTIONS["follow_up"][1]]),
        WORDS["texts.reached"],
        WORDS["front_door.stop_confirmation"],
    ]
    needs = read(DATA / "needs.yml")["needs"].values()
    told = {word.casefold() for need in needs for word in (need["short"], need["say"], *need.get("words", ()))}
    with (ROOT / "data/catalogue/services.csv").open(encoding="utf-8", newline="") as file:
        told |= {row["name"].casefold() for row in csv.DictReader(file)}
    assert len(told) > 300
    for text in started:
        plain = f" {' '.join(re.findall(r'[a-z0-9]+', text.casefold()))} "
        for word in told:
            # The assistant's own name is said on purpose; it says nothing of why somebody wrote.
            assert f" {' '.join(re.findall(r'[a-z0-9]+', word))} " not in plain, (word, text)
