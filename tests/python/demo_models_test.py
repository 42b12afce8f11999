"""The demo teacher must be a real mixture, or the demo proves nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.nn import functional
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

SEQUENCE_LENGTH = 128
NUM_SEQUENCES = 128


def load(folder: Path) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def read_texts(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [json.loads(line)["text"] for line in lines]


def heldout_batch(
    tokenizer: PreTrainedTokenizerFast, demo_dir: Path
) -> torch.Tensor:
    ids: list[int] = []
    for text in read_texts(demo_dir / "heldout.jsonl"):
        ids += tokenizer.encode(text, add_special_tokens=False)
    wanted = NUM_SEQUENCES * SEQUENCE_LENGTH
    assert len(ids) >= wanted
    return torch.tensor(ids[:wanted]).view(NUM_SEQUENCES, SEQUENCE_LENGTH)


@torch.no_grad()
def log_probabilities(
    model: PreTrainedModel, batch: torch.Tensor
) -> torch.Tensor:
    logits = model(input_ids=batch, use_cache=False).logits
    return functional.log_softmax(logits.double(), dim=-1)


def cross_entropy(log_p: torch.Tensor, batch: torch.Tensor) -> float:
    flat = log_p[:, :-1].reshape(-1, log_p.shape[-1])
    return functional.nll_loss(flat, batch[:, 1:].reshape(-1)).item()


@pytest.fixture(scope="module")
def tokenizer(demo_dir: Path) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(demo_dir / "teacher")


def test_zeroing_the_experts_raises_heldout_kl_by_at_least_one(
    demo_dir: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    batch = heldout_batch(tokenizer, demo_dir)
    teacher = load(demo_dir / "teacher")
    whole = log_probabilities(teacher, batch)

    for layer in teacher.model.layers:
        torch.nn.init.zeros_(layer.mlp.experts.down_proj)
    zeroed = log_probabilities(teacher, batch)

    kl = (whole.exp() * (whole - zeroed)).sum(dim=-1).mean().item()
    assert kl >= 1.0


def test_both_models_have_learnt_and_the_teacher_is_better(
    demo_dir: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    batch = heldout_batch(tokenizer, demo_dir)

    teacher, student = (
        cross_entropy(log_probabilities(load(demo_dir / name), batch), batch)
        for name in ("teacher", "student")
    )

    uniform = torch.tensor(float(len(tokenizer))).log().item()
    assert teacher < student < uniform - 1.0


def test_shapes_exercise_every_part_of_the_transfer(demo_dir: Path) -> None:
    teacher, student = (
        json.loads((demo_dir / name / "config.json").read_text())
        for name in ("teacher", "student")
    )

    # A virtual layer, a crop of every axis, and rows no expert covers.
    assert (teacher["num_hidden_layers"] - 1) % (
        student["num_hidden_layers"] - 1
    )
    assert student["hidden_size"] < teacher["hidden_size"]
    assert student["intermediate_size"] > teacher["moe_intermediate_size"]
    assert teacher["dtype"] == student["dtype"] == "bfloat16"


def test_tokenizer_round_trips_any_text(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    text = "def f(x):\n\treturn 'é ∑ 🎈'\n"

    ids = tokenizer.encode(text, add_special_tokens=False)

    assert tokenizer.decode(ids) == text
    assert max(ids) < 512


def test_chat_template_renders_with_generation_prompt(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    messages = [{"role": "user", "content": "hi"}]

    text = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True
    )

    assert text == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"


def test_calibration_and_heldout_share_no_document(demo_dir: Path) -> None:
    calibration = set(read_texts(demo_dir / "calibration.jsonl"))
    heldout = set(read_texts(demo_dir / "heldout.jsonl"))

    assert len(calibration) > 50 and len(heldout) > 50
    assert not calibration & heldout
