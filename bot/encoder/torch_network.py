"""MiniLM-L6 with our heads in PyTorch, for training only. Its parameters are named as in the package of weights."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional as F

from bot.encoder.reference import DIMENSIONS

WORDS, PLACES, LAYERS, HEADS, WIDE = 30_522, 512, 6, 12, 1536
MASKED = -10_000.0
EPSILON = 1e-12


class _Attention(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.self = nn.ModuleDict({name: nn.Linear(DIMENSIONS, DIMENSIONS) for name in ("query", "key", "value")})
        self.output = _Closing(DIMENSIONS, dropout)
        self.dropout = dropout

    def forward(self, state: Tensor, bias: Tensor) -> Tensor:
        texts, tokens, _ = state.shape
        query, key, value = (
            self.self[name](state).view(texts, tokens, HEADS, -1).transpose(1, 2) for name in ("query", "key", "value")
        )
        # Written out: on a processor its backward pass is faster than that of the fused function.
        shares = (query @ key.transpose(-2, -1) * (DIMENSIONS // HEADS) ** -0.5 + bias).softmax(-1)
        mixed = shares.to(value.dtype) @ value
        return self.output(mixed.transpose(1, 2).reshape(texts, tokens, DIMENSIONS), state)


class _Closing(nn.Module):
    """Back to 384 numbers, plus what came in, normalised."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, DIMENSIONS)
        self.LayerNorm = nn.LayerNorm(DIMENSIONS, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, found: Tensor, state: Tensor) -> Tensor:
        return self.LayerNorm(state + self.dropout(self.dense(found)))


class _Layer(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.attention = _Attention(dropout)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(DIMENSIONS, WIDE)})
        self.output = _Closing(WIDE, dropout)

    def forward(self, state: Tensor, bias: Tensor) -> Tensor:
        state = self.attention(state, bias)
        return self.output(F.gelu(self.intermediate["dense"](state)), state)


class _Head(nn.Module):
    """Scores of `count` labels: each label looks at the tokens that speak of it (`look`) and adds up what they say (`say`).

    A fear or a need is often one clause of a long message; a plain mean over all tokens would drown it. `look` begins as
    zeros, which is that plain mean.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self.look = nn.Linear(DIMENSIONS, count, bias=False)
        self.say = nn.Linear(DIMENSIONS, count)
        nn.init.zeros_(self.look.weight)

    def forward(self, state: Tensor, bias: Tensor) -> Tensor:
        shares = (self.look(state) + bias).softmax(1)
        return (shares * F.linear(state, self.say.weight)).sum(1) + self.say.bias


class TorchNetwork(nn.Module):
    """`labels`: how many each head has. `forward(ids, mask)`: int64 and float32 (texts, tokens) -> scores of each head."""

    def __init__(self, labels: Mapping[str, int], dropout: float) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(WORDS, DIMENSIONS),
                "position_embeddings": nn.Embedding(PLACES, DIMENSIONS),
                "token_type_embeddings": nn.Embedding(2, DIMENSIONS),
                "LayerNorm": nn.LayerNorm(DIMENSIONS, eps=EPSILON),
            }
        )
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(_Layer(dropout) for _ in range(LAYERS))})
        self.heads = nn.ModuleDict({name: _Head(count) for name, count in labels.items()})
        self.dropout = nn.Dropout(dropout)

    def load_pretrained(self, weights: Mapping[str, Tensor]) -> None:
        """Take the package's weights for everything but the heads. Raises KeyError or RuntimeError when they do not fit."""
        own = self.state_dict()
        self.load_state_dict({name: own[name] if name.startswith("heads.") else weights[name] for name in own})

    def load_finetuned(self, weights: Mapping[str, Tensor]) -> None:
        """Take all weights of an earlier `export`."""
        self.load_state_dict({name: weights[name.removeprefix("heads.")] for name in self.state_dict()})

    def export(self) -> dict[str, Tensor]:
        """The weights under the names that bot.encoder.graph reads; a head is `need.look.weight`, `need.say.weight`, `need.say.bias`."""
        return {name.removeprefix("heads."): value.contiguous() for name, value in self.state_dict().items()}

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        parts = self.embeddings
        # Every token is of the first of BERT's two sentences.
        places = parts["position_embeddings"].weight[: ids.shape[1]] + parts["token_type_embeddings"].weight[0]
        state = self.dropout(parts["LayerNorm"](parts["word_embeddings"](ids) + places))
        bias = ((1.0 - mask) * MASKED)[:, None, None, :].to(state.dtype)
        for layer in self.encoder["layer"]:
            state = layer(state, bias)
        state = self.dropout(state)
        column = ((1.0 - mask) * MASKED)[..., None]
        return {name: head(state, column) for name, head in self.heads.items()}
