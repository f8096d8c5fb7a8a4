"""The catalogue's local data files: complete, consistent, changeable without code, mistakes named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from common.local_data import LocalDataError
from service_catalogue.load import LoadReport
from service_catalogue.local import DISTRICTS, local_data
from service_catalogue.search import ServiceCard
from tests.service_catalogue.conftest import ROOT, row, starter_rows

FILES = (
    "need_codes.yml",
    "catalogue_groups.yml",
    "catalogue_words.yml",
    "catalogue_thesaurus.yml",
    "catalogue_wishes.yml",
)
SHIPPED = ROOT / "data" / "leicestershire"
RASA_KEYS = {"nlu", "rules", "stories", "intents", "slots", "responses", "forms", "entities", "actions"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def test_every_code_of_the_starter_catalogue_is_known_and_no_known_code_is_idle() -> None:
    used = {code for cells in starter_rows() for code in cells["needs"].split(";")}
    assert used == local_data().needs.known


def test_every_district_has_a_service_of_its_own() -> None:
    for district in DISTRICTS:
        assert any(district in cells["areas"].split(";") for cells in starter_rows())


@pytest.mark.parametrize("name", FILES)
def test_no_file_has_a_top_level_key_that_rasa_would_read(name: str) -> None:
    assert not RASA_KEYS & set(yaml.safe_load((SHIPPED / name).read_text(encoding="utf-8")))


def test_a_changed_word_shows_on_the_card(
    copied: Path,
    monkeypatch: pytest.MonkeyPatch,
    load: Callable[..., LoadReport],
    find: Callable[..., list[ServiceCard]],
) -> None:
    words = copied / "catalogue_words.yml"
    words.write_text(words.read_text().replace('free: "Free"', 'free: "It costs nothing"'))
    load([row("tea-club")])
    monkeypatch.setenv("DATA_DIR", str(copied))
    assert find(("loneliness",))[0].cost_text == "It costs nothing"


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("need_codes.yml", "  loneliness: [loneliness]", "  loneliness: loneliness", "needs.loneliness"),
        ("need_codes.yml", "falls_mobility: [older_people]", "falls_mobility: [food]", "loose_codes.falls_mobility"),
        ("catalogue_groups.yml", "first_code: [veterans]", "first_code: [veteran]", "groups.veterans"),
        ("catalogue_groups.yml", "first_code: [veterans]", "codes: [veterans]", "groups.veterans"),
        ("catalogue_words.yml", '  food: "food"\n', "", "need_labels.food"),
    ],
)
def test_a_mistake_names_file_and_key(copied: Path, name: str, old: str, new: str, complaint: str) -> None:
    path = copied / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LocalDataError, match=rf"{name}: {complaint}"):
        local_data(copied)
