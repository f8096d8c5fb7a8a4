"""The smoke test: a model that does not understand a handful of known sentences is not used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot import smoke
from bot.smoke import Known, load, problem
from tests.bot.conftest import ROOT

MODEL = ROOT / "models" / "assistant.tar.gz"
LONELY = Known("i feel lonely", intent="tell_need", entities=("loneliness",))
DANGER = Known("i want to end my life", entities=("suicide_self_harm",))


def parsed(intent: str, *entities: tuple[str, str]) -> dict[str, Any]:
    return {"intent": {"name": intent}, "entities": [{"entity": kind, "value": value} for kind, value in entities]}


class Model:
    """Understands what it is told to."""

    def __init__(self, readings: Mapping[str, dict[str, Any]]) -> None:
        self._readings = readings
        self.asked: list[str] = []

    async def parse(self, text: str) -> dict[str, Any]:
        self.asked.append(text)
        return self._readings.get(text, parsed("out_of_scope"))


HEALTHY = {
    LONELY.text: parsed("tell_need", ("need", "loneliness"), ("need", "social_activities")),
    DANGER.text: parsed("tell_need", ("red_flag", "suicide_self_harm")),
}


async def test_a_healthy_model_passes() -> None:
    """Every sentence is asked; more than must be there may be there."""
    model = Model(HEALTHY)
    assert await problem(model.parse, (LONELY, DANGER)) is None
    assert model.asked == [LONELY.text, DANGER.text]


@pytest.mark.parametrize(
    "reading",
    [
        parsed("out_of_scope", ("need", "loneliness")),
        parsed("tell_need", ("need", "housing")),
        parsed("tell_need"),
    ],
)
async def test_a_model_that_talks_nonsense_does_not(reading: dict[str, Any]) -> None:
    """A wrong intent or a missing need, and the sentence is named."""
    assert LONELY.text in (await problem(Model({**HEALTHY, LONELY.text: reading}).parse, (LONELY, DANGER)) or "")


async def test_a_model_that_hears_no_danger_does_not() -> None:
    """The one thing that must never be missed."""
    deaf = Model({**HEALTHY, DANGER.text: parsed("tell_need", ("need", "mental_wellbeing"))})
    assert DANGER.text in (await problem(deaf.parse, (LONELY, DANGER)) or "")


async def test_a_kind_of_entity_may_be_asked_for() -> None:
    """At least one need, of whatever kind."""
    known = Known("i cannot pay", intent="tell_need", entity="need")
    assert await problem(Model({known.text: parsed("tell_need", ("need", "money_debt"))}).parse, [known]) is None
    assert await problem(Model({known.text: parsed("tell_need", ("place", "Syston"))}).parse, [known])


def test_the_sentences_have_a_red_flag_and_several_needs() -> None:
    """A handful: danger, two needs in one message, a person asked for, a place."""
    known = load()
    assert 4 <= len(known) <= 8
    told = [set(each.entities) for each in known]
    assert any("suicide_self_harm" in values for values in told) and any(len(values) >= 2 for values in told)
    assert len({each.intent for each in known}) >= 3


@pytest.mark.parametrize("content", ["", "[]", "text: hello", "- hello", "- {words: hello}", "- {text: hello", "- [1]"])
def test_a_file_of_another_form_stops_the_start(tmp_path: Path, content: str) -> None:
    """An empty list would let every model pass."""
    path = tmp_path / "smoke.yml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"smoke\.yml"):
        load(path)


async def test_the_trained_model_passes(fixed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model that is served understands each of them."""
    if not MODEL.exists():
        pytest.skip("there is no trained model: `make setup` trains it")
    from rasa.core.agent import Agent

    monkeypatch.setenv("ALLOW_MEMORY_TRACKER", "1")
    assert await problem(Agent.load(str(MODEL)).parse_message, smoke.load()) is None
