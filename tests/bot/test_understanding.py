"""A message becomes one intent, any number of needs, and the classifier's vote on red flags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.understanding import DANGER, EMPTY_INTENT, NEED_INTENT, Understanding, with_likely_others
from tests.bot.tiny import NLU

MIXING = {head: {"words": 0.5, "network": 0.5} for head in ("intent", "need", "red_flag")}
Make = Callable[..., Understanding]


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return RasaYAMLReader().reads(NLU)


@pytest.fixture
def make(tmp_path: Path, data: TrainingData) -> Make:
    """Makes a component as Rasa does, trained or loaded: `make(need_threshold=0.2)`, `make(load=True)`."""
    (tmp_path / "model").mkdir(exist_ok=True)
    storage = LocalModelStorage.create(tmp_path / "model")
    resource = Resource("understanding")
    context = ExecutionContext(GraphSchema({}))

    def build(load: bool = False, **changes: Any) -> Understanding:
        config = {**Understanding.get_default_config(), "network": False, "need_threshold": 0.4, **changes}
        if load:
            return Understanding.load(config, storage, resource, context)
        component = Understanding.create(config, storage, resource, context)
        assert component.train(data) == resource
        return component

    return build


def parse(component: Understanding, text: str) -> dict[str, Any]:
    message = Message({"text": text})
    assert component.process([message]) == [message]
    return message.as_dict(only_output_properties=True)


def values(parsed: dict[str, Any], entity: str) -> set[str]:
    return {found["value"] for found in parsed.get("entities") or [] if found["entity"] == entity}


def test_intents_needs_and_flags_come_from_one_message(make: Make) -> None:
    """What the training data says about a text is found in texts like it."""
    component = make()
    assert parse(component, "hello there")["intent"]["name"] == "greet"
    lonely = parse(component, "I am so LONELY")
    assert lonely["intent"]["name"] == NEED_INTENT and values(lonely, "need") == {"loneliness"}
    grave = parse(component, "i want to end my life tonight")
    assert values(grave, "red_flag") == {"suicide_self_harm"} and grave["intent"]["name"] == NEED_INTENT


def test_several_needs_come_out_as_entities(make: Make) -> None:
    """One phrase often carries several needs: each is an entity over the whole message, with its own confidence."""
    text = "i am lonely and struggling to pay my gas bill"
    parsed = parse(make(), text)
    assert values(parsed, "need") == {"loneliness", "money_debt"}
    for entity in parsed["entities"]:
        assert set(entity) == {"entity", "value", "start", "end", "confidence", "extractor"}
        assert (entity["start"], entity["end"]) == (0, len(text))
        assert 0.4 <= entity["confidence"] <= 1.0
        assert entity["extractor"] == "Understanding"


@pytest.mark.parametrize("text", ["", "   ", "\n", "🙂", "👍🏽👍🏽", "?!...", "-", "\u200b"])
def test_nothing_to_read_is_out_of_scope(make: Make, text: str) -> None:
    """Empty, emoji and punctuation carry no words: no need is guessed, and the conversation asks again."""
    parsed = parse(make(), text)
    assert parsed["intent"] == {"name": EMPTY_INTENT, "confidence": 1.0}
    assert parsed["intent_ranking"] == []
    assert not parsed.get("entities")


@pytest.mark.parametrize("text", ["1", "é", "привіт", "hello 🙂"])
def test_any_letter_or_number_is_read(make: Make, text: str) -> None:
    """Other alphabets and single numbers go to the classifier, which answers with every field."""
    parsed = parse(make(), text)
    assert parsed["intent"]["name"] and parsed["intent_ranking"]


def test_a_need_lifts_tell_need(make: Make) -> None:
    """A message that carries a need says what is going on, even when it greets as well."""
    text = "hello there, good morning, hello"
    plain = parse(make(need_threshold=0.99), text)
    assert plain["intent"]["name"] == "greet" and values(plain, "need") == set()
    lifted = parse(make(need_threshold=0.001), text)
    assert lifted["intent"]["name"] == NEED_INTENT and values(lifted, "need")
    assert sum(entry["confidence"] for entry in lifted["intent_ranking"]) == pytest.approx(1.0)


def test_a_flag_lifts_tell_need(make: Make) -> None:
    """So does a red flag."""
    lifted = parse(make(need_threshold=0.99, flag_threshold=0.001), "hello there, good morning, hello")
    assert lifted["intent"]["name"] == NEED_INTENT and values(lifted, "red_flag") == {"suicide_self_harm"}


def test_the_ranking_is_sorted_and_short(make: Make) -> None:
    """At most five intents, the surest first, and the first is the intent."""
    parsed = parse(make(), "hello, who won the football in my village")
    shares = [entry["confidence"] for entry in parsed["intent_ranking"]]
    assert shares == sorted(shares, reverse=True) and 0 < len(shares) <= 5
    assert parsed["intent"] == parsed["intent_ranking"][0]


def test_one_label_may_have_its_own_threshold(make: Make) -> None:
    """`thresholds` in config.yml makes one label harder to reach and leaves the others."""
    text = "i am lonely and struggling to pay my gas bill"
    parsed = parse(make(thresholds={"loneliness": 0.999}), text)
    assert values(parsed, "need") == {"money_debt"}


def test_a_second_flag_stands_beside_a_sure_one_only_when_it_is_likely_too() -> None:
    """The surest flag is reported from its threshold on, others beside it from flag_beside on."""
    found = [{"value": "abuse_now", "confidence": 0.7}, {"value": "child_at_risk", "confidence": 0.6}]
    assert with_likely_others(found, 0.65) == found[:1]
    assert with_likely_others(found, 0.6) == found
    assert with_likely_others([], 0.6) == []


def test_the_message_says_how_likely_danger_is(make: Make) -> None:
    """The screen's patterns are not believed where the whole message speaks against them."""
    shares = []
    for text in ("i want to end my life tonight", "hello"):
        message = Message({"text": text})
        make().process([message])
        shares.append(message.get(DANGER))
    assert 1.0 >= shares[0] > 0.5 > shares[1] >= 0.0


def test_entities_that_were_there_stay(make: Make) -> None:
    """Each component of the pipeline adds to what the others found."""
    place = {"entity": "place", "value": "Wigston", "start": 0, "end": 7}
    message = Message({"text": "i am so lonely", "entities": [place]})
    make().process([message])
    assert [entity["entity"] for entity in message.get("entities")] == ["place", "need"]


def test_a_loaded_model_says_the_same(make: Make) -> None:
    """What was trained is what is served."""
    trained, loaded = make(), make(load=True)
    for text in ("hello", "i am so lonely", "pay the bill", "my village is oadby", "xyzzy"):
        first, second = parse(trained, text), parse(loaded, text)
        assert first["intent"]["name"] == second["intent"]["name"]
        assert first["intent"]["confidence"] == pytest.approx(second["intent"]["confidence"], abs=1e-5)
        assert values(first, "need") == values(second, "need")


def test_a_model_holds_no_code(make: Make, tmp_path: Path) -> None:
    """JSON and plain arrays only; a pickle would run whatever it says."""
    make()
    files = [path for path in (tmp_path / "model").rglob("*") if path.is_file()]
    assert len(files) == 13 and {path.suffix for path in files} == {".json", ".npy"}


def test_an_untrained_component_guesses_nothing(tmp_path: Path) -> None:
    """Before training every text is out of scope."""
    storage = LocalModelStorage.create(tmp_path)
    config = Understanding.get_default_config()
    component = Understanding.create(config, storage, Resource("u"), ExecutionContext(GraphSchema({})))
    assert parse(component, "i am so lonely")["intent"]["name"] == EMPTY_INTENT


def test_with_the_network_meaning_counts_too(make: Make) -> None:
    """The network takes part: none of the training texts shares a telling word with this message."""
    make()
    parsed = parse(
        make(load=True, network=True, mixing=MIXING, need_threshold=0.01), "it is weeks since anyone had a chat with me"
    )
    surest = max((e for e in parsed["entities"] if e["entity"] == "need"), key=lambda e: e["confidence"])
    assert surest["value"] == "loneliness"


def test_a_model_with_and_without_the_network_differ_for_the_cache() -> None:
    """`rasa train` must not reuse a model that was trained without the network, or with another one."""
    fingerprints = {Understanding.fingerprint_addon({"network": network}) for network in (True, False)}
    assert len(fingerprints) == 2
    assert Understanding.fingerprint_addon({"network": True}) in fingerprints


@pytest.mark.parametrize(
    "config",
    [
        {"mixing": {"needs": {"words": 1.0}}},
        {"flag_beside": 1.0},
        {"need_threshold": 0.0},
        {"need_threshold": 1.0},
        {"flag_threshold": 1.5},
        {"flag_threshold": 0},
        {"thresholds": {"food": -0.1}},
        {"thresholds": {"food": "high"}},
    ],
)
def test_a_setting_that_cannot_work_is_refused(make: Make, config: dict[str, Any]) -> None:
    """A threshold of 1 or more would silence a need or a red flag for good; neither training nor serving starts with it."""
    with pytest.raises(ValueError):
        make(**config)
    make()
    with pytest.raises(ValueError):
        make(load=True, **config)
