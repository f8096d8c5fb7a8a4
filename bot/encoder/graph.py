"""The BERT network of MiniLM-L6 with our heads as an ONNX graph, straight from a safetensors file (no PyTorch)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.encoder.reference import DIMENSIONS, MAX_TOKENS, EncoderError

LAYERS, HEADS, HEAD_SIZE, HIDDEN = 6, 12, 32, DIMENSIONS
NORM_EPSILON = 1e-12  # layer_norm_eps in the model's config.json
MASKED = -10_000.0  # added to the attention scores of padding; e to that power is 0 in float32
OPSET, IR_VERSION = 17, 8  # the first opset with LayerNormalization

LOOK, SAY = "look", "say"  # the heads' products: small, and kept exact when the rest is made smaller

Weights = dict[str, np.ndarray]


def read_labels(path: Path) -> dict[str, list[str]]:
    """The names of each head's labels, as `bot.encoder.finetune` wrote them. Raises EncoderError when there are none."""
    header, _ = _parts(path)
    try:
        labels: dict[str, list[str]] = json.loads(header["__metadata__"]["labels"])
    except (KeyError, ValueError) as error:
        raise EncoderError(f"{path} has no labels; make it with bot.encoder.finetune") from error
    return labels


def _parts(path: Path) -> tuple[dict[str, Any], bytes]:
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:start]), content[start:]


def read_safetensors(path: Path) -> Weights:
    """The float32 tensors of a safetensors file by name: eight bytes of length, a JSON header, then the numbers."""
    header, content = _parts(path)
    tensors: Weights = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        first, last = entry["data_offsets"]
        tensors[name] = np.frombuffer(content[first:last], dtype="<f4").reshape(entry["shape"])
    return tensors


class _Graph:
    """Collects nodes and constants; each method adds one step and gives back the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, dtype=np.float32))

    def integers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, dtype=np.int64))

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def dense(self, source: str, names: list[str], output: str, scales: tuple[float, ...] = (1.0,)) -> str:
        """One matrix for several dense layers side by side: faster than one product each."""
        matrix = np.hstack([self._weights[f"{n}.weight"].T * np.float32(s) for n, s in zip(names, scales, strict=True)])
        bias = np.concatenate([self._weights[f"{n}.bias"] * np.float32(s) for n, s in zip(names, scales, strict=True)])
        product = self.add("MatMul", [source, self.constant(f"{output}.weight", matrix)], f"{output}.product")
        return self.add("Add", [product, self.constant(f"{output}.bias", bias)], output)

    def normalise(self, source: str, name: str) -> str:
        scale = self.constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self.add("LayerNormalization", [source, scale, bias], name, axis=-1, epsilon=NORM_EPSILON)


def _embeddings(graph: _Graph, weights: Weights) -> str:
    table = graph.constant("words", weights["embeddings.word_embeddings.weight"])
    words = graph.add("Gather", [table, "input_ids"], "word")
    places = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    # Every token is of the first of BERT's two sentences, so that type's vector is part of the place.
    typed = graph.constant("places", places + weights["embeddings.token_type_embeddings.weight"][0])
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    place = graph.add("Slice", [typed, graph.integers("begin", 0), "length", graph.integers("rows", 0)], "place")
    return graph.normalise(graph.add("Add", [words, place], "embedded"), "embeddings.LayerNorm")


def _attention(graph: _Graph, source: str, layer: str) -> str:
    names = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
    joined = graph.dense(source, names, f"{layer}.qkv", (HEAD_SIZE**-0.5, 1.0, 1.0))
    parts = [f"{layer}.{part}" for part in "qkv"]
    graph.nodes.append(helper.make_node("Split", [joined, "thirds"], parts, name=f"{layer}.split", axis=-1))
    turned = []
    for part, order in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True):
        apart = graph.add("Reshape", [part, "by_head"], f"{part}.heads")
        turned.append(graph.add("Transpose", [apart], f"{part}.turned", perm=order))
    scores = graph.add("MatMul", turned[:2], f"{layer}.scores")
    masked = graph.add("Add", [scores, "mask_bias"], f"{layer}.masked")
    shares = graph.add("Softmax", [masked], f"{layer}.shares", axis=-1)
    mixed = graph.add("MatMul", [shares, turned[2]], f"{layer}.mixed")
    back = graph.add("Transpose", [mixed], f"{layer}.back", perm=[0, 2, 1, 3])
    return graph.add("Reshape", [back, "joined"], f"{layer}.context")


def _feed_forward(graph: _Graph, source: str, layer: str) -> str:
    wide = graph.dense(source, [f"{layer}.intermediate.dense"], f"{layer}.wide")
    curve = graph.add("Erf", [graph.add("Div", [wide, "root_two"], f"{layer}.divided")], f"{layer}.erf")
    gate = graph.add("Mul", [wide, graph.add("Add", [curve, "one"], f"{layer}.plus_one")], f"{layer}.gate")
    gelu = graph.add("Mul", [gate, "half"], f"{layer}.gelu")
    return graph.dense(gelu, [f"{layer}.output.dense"], f"{layer}.narrow")


def _mean(graph: _Graph, source: str) -> str:
    column = graph.add("Unsqueeze", ["mask", graph.integers("last", 2)], "mask_column")
    kept = graph.add("Mul", [source, column], "kept")
    total = graph.add("ReduceSum", [kept, "along"], "total", keepdims=0)
    count = graph.add("ReduceSum", [column, "along"], "count", keepdims=0)
    return graph.add("Div", [total, count], "mean")


def _scores(graph: _Graph, weights: Weights, heads: Sequence[str], source: str) -> str:
    """As _Head in bot.encoder.torch_network: each label looks at the tokens that speak of it and adds up what they say."""
    looks, says = (np.vstack([weights[f"{head}.{part}.weight"] for head in heads]).T for part in ("look", "say"))
    bias = graph.constant("heads.bias", np.concatenate([weights[f"{head}.say.bias"] for head in heads]))
    look = graph.add("MatMul", [source, graph.constant("heads.look", looks)], LOOK)
    left_out = graph.add("Unsqueeze", ["mask_bias_flat", graph.integers("beside", 2)], "mask_bias_column")
    shares = graph.add("Softmax", [graph.add("Add", [look, left_out], "look_masked")], "look_shares", axis=1)
    say = graph.add("MatMul", [source, graph.constant("heads.say", says)], SAY)
    said = graph.add("ReduceSum", [graph.add("Mul", [shares, say], "said"), "along"], "said_in_all", keepdims=0)
    return graph.add("Add", [said, bias], "scores")


def build_graph(weights: Weights, heads: Sequence[str]) -> onnx.ModelProto:
    """`input_ids`, `attention_mask`: int64 (texts, tokens) -> `vector` and `scores`, both float32.

    The steps are those of sentence-transformers/all-MiniLM-L6-v2: six BERT layers, then the mean over the unmasked tokens.
    `scores` (texts, labels): all `heads` side by side. `vector` (texts, 384): the mean divided by its length. At most 256
    tokens.
    """
    graph = _Graph(weights)
    for name, value in (("root_two", 2.0**0.5), ("one", 1.0), ("half", 0.5), ("masked_score", MASKED)):
        graph.number(name, value)
    graph.integers("thirds", HIDDEN, HIDDEN, HIDDEN)
    graph.integers("by_head", 0, 0, HEADS, HEAD_SIZE)
    graph.integers("joined", 0, 0, HIDDEN)
    graph.integers("along", 1)
    graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    left_out = graph.add("Sub", ["one", "mask"], "left_out")
    graph.add("Mul", [left_out, "masked_score"], "mask_bias_flat")
    graph.add("Unsqueeze", ["mask_bias_flat", graph.integers("middle", 1, 2)], "mask_bias")
    state = _embeddings(graph, weights)
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        context = _attention(graph, state, layer)
        heard = graph.dense(context, [f"{layer}.attention.output.dense"], f"{layer}.heard")
        joined = graph.add("Add", [heard, state], f"{layer}.with_state")
        state = graph.normalise(joined, f"{layer}.attention.output.LayerNorm")
        joined = graph.add("Add", [_feed_forward(graph, state, layer), state], f"{layer}.with_feed")
        state = graph.normalise(joined, f"{layer}.output.LayerNorm")
    mean = _mean(graph, state)
    graph.add("LpNormalization", [mean], "vector", axis=-1, p=2)
    _scores(graph, weights, heads, state)
    labels = sum(len(weights[f"{head}.say.bias"]) for head in heads)
    shape = ["texts", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm_l6",
            [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask")],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", width])
                for name, width in (("vector", HIDDEN), ("scores", labels))
            ],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model
