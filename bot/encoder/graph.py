"""The BERT network of MiniLM-L6 as an ONNX graph, straight from its safetensors file (no PyTorch)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.encoder.reference import DIMENSIONS, MAX_TOKENS

LAYERS, HEADS, HEAD_SIZE, HIDDEN = 6, 12, 32, DIMENSIONS
NORM_EPSILON = 1e-12  # layer_norm_eps in the model's config.json
MASKED = -10_000.0  # added to the attention scores of padding; e to that power is 0 in float32
OPSET, IR_VERSION = 17, 8  # the first opset with LayerNormalization

Weights = dict[str, np.ndarray]


def read_safetensors(path: Path) -> Weights:
    """The float32 tensors of a safetensors file by name: eight bytes of length, a JSON header, then the numbers."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    tensors: Weights = {}
    for name, entry in json.loads(content[8:start]).items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        first, last = entry["data_offsets"]
        tensors[name] = np.frombuffer(content[start + first : start + last], dtype="<f4").reshape(entry["shape"])
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

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
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


def build_graph(weights: Weights) -> onnx.ModelProto:
    """`input_ids`, `attention_mask`: int64 (texts, tokens) -> `vector`: float32 (texts, 384), rows of length 1.

    The steps are those of sentence-transformers/all-MiniLM-L6-v2: six BERT layers, mean over the unmasked tokens,
    division by the length. At most 256 tokens.
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
    graph.add("LpNormalization", [_mean(graph, state)], "vector", axis=-1, p=2)
    shape = ["texts", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm_l6",
            [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask")],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["texts", HIDDEN])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model
