"""The sentence network: as recorded, near to the exact one, the same for one text as for many, and refused when it is not."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

for needed in ("onnx", "onnxruntime", "tokenizers"):
    pytest.importorskip(needed, reason="the network belongs to the bot's environment")

import numpy as np  # noqa: E402

from bot.encoder import build, graph, runtime  # noqa: E402
from bot.encoder.messages import labels_of, read_examples  # noqa: E402
from bot.encoder.reference import EncoderError, cosines, load_reference  # noqa: E402
from bot.encoder.runtime import Network  # noqa: E402

TEXTS = [
    "hello",
    "i can't pay the rent this month and the landlord keeps ringing",
    "",
    "my dad fell in the bath, he needs a rail",
    "🙂 ok?",
    "where is the nearest food bank to loughborough please, we have two days left and no car",
]


@pytest.fixture(scope="module")
def network() -> Network:
    return runtime.load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that a test may damage."""
    return Path(shutil.copytree(runtime.FOLDER, tmp_path / "copy"))


def test_every_reference_sentence_is_near_the_exact_network(network: Network) -> None:
    """Making the network smaller costs at most what the manifest records."""
    assert cosines(network.vectors, load_reference()).min() >= runtime.read_manifest()["floor"]


def test_vectors_have_384_float32_numbers_and_length_one(network: Network) -> None:
    """Vectors are compared by their direction alone."""
    vectors = network.vectors(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_each_head_scores_each_of_its_labels(network: Network) -> None:
    """Needs, red flags and intents are judged from one reading; each label has one number."""
    scores = network.scores(TEXTS)
    assert list(scores) == ["need", "red_flag", "intent"]
    for head, found in scores.items():
        assert found.shape == (len(TEXTS), len(network.labels[head])) and np.isfinite(found).all()


def test_the_network_knows_the_labels_of_the_training_data(network: Network) -> None:
    """A label that was added later is judged by words alone until the network is fine-tuned again: say so before release."""
    known = labels_of(read_examples(Path(__file__).parents[2] / "data" / "nlu"))
    for head, names in known._asdict().items():
        assert set(names) <= set(network.labels[head])


def test_a_text_in_a_batch_scores_as_it_does_alone(network: Network) -> None:
    """Thresholds are chosen on many texts at once and used on one: both must see the same numbers, in the order given."""
    many = network.scores(TEXTS * 10)
    alone = [network.scores([text]) for text in TEXTS]
    for head, found in many.items():
        assert np.allclose(found, np.vstack([scores[head] for scores in alone] * 10), atol=1e-4)


def test_no_texts_give_no_rows(network: Network) -> None:
    """Nothing to read is not an error."""
    assert network.vectors([]).shape == (0, 384)
    assert all(len(found) == 0 for found in network.scores([]).values())


@pytest.mark.parametrize(
    "text", ["help " * 5_000, "x" * 4_000, "\u200b\ufffd\x00" * 200], ids=["words", "one word", "odd"]
)
def test_long_or_odd_text_does_not_raise(network: Network, text: str) -> None:
    """A resident may paste anything; the network reads the first 256 tokens."""
    assert all(np.isfinite(found).all() for found in network.scores([text]).values())


def test_words_after_256_tokens_are_left_out(network: Network) -> None:
    """The network was trained on 256 tokens; what follows changes nothing."""
    start = "rent " * 300
    assert np.array_equal(network.vectors([start]), network.vectors([start + "a completely different end"]))


def test_several_threads_may_use_one_network(network: Network) -> None:
    """One network serves the whole process."""
    alone = network.vectors(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(network.vectors, [TEXTS] * 12):
            assert np.array_equal(vectors, alone)


def test_one_network_for_the_whole_process(network: Network) -> None:
    """Loading again gives the same object, so memory is spent once."""
    assert runtime.load() is network


@pytest.mark.parametrize("name", [runtime.MODEL, runtime.TOKENIZER])
def test_another_file_than_the_recorded_one_is_refused(copy: Path, name: str) -> None:
    """A file that was damaged or swapped is found at the start; the message says what to do."""
    with (copy / name).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(EncoderError, match=r"is not the recorded file .* fetch the files"):
        runtime.load(copy)


@pytest.mark.parametrize("name", [runtime.MODEL, runtime.TOKENIZER, runtime.MANIFEST])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    """The bot does not start half blind."""
    (copy / name).unlink()
    with pytest.raises(EncoderError, match=r"cannot be used .* fetch the files"):
        runtime.load(copy)


def test_wrong_vectors_stop_the_start(copy: Path) -> None:
    """A processor that computes 8-bit products wrongly is found at the start, not in conversations."""
    manifest = json.loads((copy / runtime.MANIFEST).read_text(encoding="utf-8"))
    (copy / runtime.MANIFEST).write_text(json.dumps({**manifest, "floor": 1.01}), encoding="utf-8")
    with pytest.raises(EncoderError, match=r"wrong vectors on this machine"):
        runtime.load(copy)


def test_the_command_checks_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Set-up runs it each time."""
    before = {path: path.stat().st_mtime_ns for path in runtime.FOLDER.iterdir()}
    assert build.main([]) == 0
    assert "as recorded" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in runtime.FOLDER.iterdir()} == before


def test_weights_that_were_not_fine_tuned_here_are_refused(tmp_path: Path) -> None:
    """Without heads there is nothing to score with; the files in use stay as they are."""
    weights = tmp_path / "model.safetensors"
    header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    weights.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0\0\0")
    assert list(graph.read_safetensors(weights)) == ["a"]
    with pytest.raises(EncoderError, match=r"has no labels; make it with bot\.encoder\.finetune"):
        build.build(weights, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_committed_files_stay_small() -> None:
    """They are part of every clone: 24 MB at most."""
    assert sum(path.stat().st_size for path in runtime.FOLDER.iterdir()) <= 24_000_000
