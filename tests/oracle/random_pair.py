"""Tiny teacher and student checkpoints in which every number is random.

Nothing is left at an initialiser's constant (norm weights, biases): a
constant hides a transfer that touches what it must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oracle.checkpoint_io import (
    DTYPE_NAMES,
    Checkpoint,
    to_stored,
    write_checkpoint,
)

# Also copied byte for byte into a made model.
TOKENIZER_CONFIG = '{"tokenizer_class": "PreTrainedTokenizerFast"}\n'


@dataclass(frozen=True)
class Shape:
    """What both architectures have."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int  # Of one expert, in the teacher.
    vocabulary: int = 40


@dataclass(frozen=True)
class Pair:
    """A teacher and a student to draw at random."""

    teacher: Shape = Shape(32, 5, 4, 2, 8, 12)
    student: Shape = Shape(24, 3, 3, 1, 8, 36)
    experts: int = 6
    experts_key: str = "num_experts"  # or num_local_experts
    packed: bool = False  # Experts as one tensor a layer, as transformers 5.
    teacher_dtype: str = "bfloat16"
    student_dtype: str = "bfloat16"
    teacher_shards: int = 1
    student_shards: int = 1
    # Size of what all experts of a layer share, over what each has alone.
    common: float = 0.5
    attention_bias: bool = False
    tied: bool = True
    seed: int = 0


def write_pair(folder: Path, pair: Pair) -> tuple[Path, Path]:
    """Writes folder/teacher and folder/student; returns both paths."""
    random = np.random.default_rng(pair.seed)
    teacher = Checkpoint(
        _config(pair, pair.teacher, "qwen3_moe", pair.teacher_dtype),
        _teacher_tensors(random, pair),
    )
    student = Checkpoint(
        _config(pair, pair.student, "qwen3", pair.student_dtype),
        _student_tensors(random, pair),
    )
    paths = folder / "teacher", folder / "student"
    shards = pair.teacher_shards, pair.student_shards
    for path, model, count in zip(
        paths, (teacher, student), shards, strict=True
    ):
        write_checkpoint(path, model, count)
        (path / "tokenizer_config.json").write_text(TOKENIZER_CONFIG)
    return paths


def _config(
    pair: Pair, shape: Shape, model_type: str, dtype: str
) -> dict[str, Any]:
    architectures = {
        "qwen3": "Qwen3ForCausalLM",
        "qwen3_moe": "Qwen3MoeForCausalLM",
    }
    config = {
        "architectures": [architectures[model_type]],
        "model_type": model_type,
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.ffn,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "rope_theta": 10_000.0,
        "attention_bias": pair.attention_bias,
        "tie_word_embeddings": pair.tied,
        "max_position_embeddings": 128,
        "torch_dtype": dtype,
        "eos_token_id": 0,
    }
    if model_type == "qwen3_moe":
        config |= {
            pair.experts_key: pair.experts,
            "num_experts_per_tok": min(2, pair.experts),
            "moe_intermediate_size": shape.ffn,
            "norm_topk_prob": True,
            "decoder_sparse_step": 1,
            "mlp_only_layers": [],
        }
    return config


def _matrix(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A random matrix whose singular values are apart: 1 down to 0.1.

    Gaussian matrices have near-equal ones, and a truncation between two of
    those is decided by rounding, in the code under test and here alike.
    """
    width = min(rows, columns)
    left, _ = np.linalg.qr(random.standard_normal((rows, width)))
    right, _ = np.linalg.qr(random.standard_normal((columns, width)))
    spread = np.linspace(1.0, 0.1, width) + random.uniform(0, 0.01, width)
    matrix = (left * spread) @ right.T
    return matrix * (0.05 / np.sqrt(np.mean(matrix**2)))


def _vector(random: np.random.Generator, size: int) -> np.ndarray:
    return random.uniform(0.5, 1.5, size)


def _shared_tensors(
    random: np.random.Generator, shape: Shape, pair: Pair
) -> dict[str, np.ndarray]:
    """Embeddings, norms and attention."""
    tensors = {
        "model.embed_tokens.weight": _matrix(
            random, shape.vocabulary, shape.hidden
        ),
        "model.norm.weight": _vector(random, shape.hidden),
    }
    if not pair.tied:
        tensors["lm_head.weight"] = _matrix(
            random, shape.vocabulary, shape.hidden
        )
    queries = shape.heads * shape.head_dim
    keys = shape.kv_heads * shape.head_dim
    for layer in range(shape.layers):
        prefix = f"model.layers.{layer}"
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{prefix}.{name}.weight"] = _vector(random, shape.hidden)
        for name, rows, columns in (
            ("q_proj", queries, shape.hidden),
            ("k_proj", keys, shape.hidden),
            ("v_proj", keys, shape.hidden),
            ("o_proj", shape.hidden, queries),
        ):
            module = f"{prefix}.self_attn.{name}"
            tensors[f"{module}.weight"] = _matrix(random, rows, columns)
            if pair.attention_bias:
                tensors[f"{module}.bias"] = _vector(random, rows)
        for name in ("q_norm", "k_norm"):
            tensors[f"{prefix}.self_attn.{name}.weight"] = _vector(
                random, shape.head_dim
            )
    return tensors


def _experts(
    random: np.random.Generator, pair: Pair, rows: int, columns: int
) -> list[np.ndarray]:
    """One matrix an expert: a common part, its own part, its own size."""
    common = pair.common * _matrix(random, rows, columns)
    return [
        common + random.uniform(0.5, 1.5) * _matrix(random, rows, columns)
        for _ in range(pair.experts)
    ]


def _teacher_tensors(random: np.random.Generator, pair: Pair) -> dict[str, Any]:
    shape = pair.teacher
    tensors = _shared_tensors(random, shape, pair)
    for layer in range(shape.layers):
        prefix = f"model.layers.{layer}.mlp"
        tensors[f"{prefix}.gate.weight"] = _matrix(
            random, pair.experts, shape.hidden
        )
        gate = _experts(random, pair, shape.ffn, shape.hidden)
        up = _experts(random, pair, shape.ffn, shape.hidden)
        down = _experts(random, pair, shape.hidden, shape.ffn)
        if pair.packed:
            both = np.concatenate([np.stack(gate), np.stack(up)], axis=1)
            tensors[f"{prefix}.experts.gate_up_proj"] = both
            tensors[f"{prefix}.experts.down_proj"] = np.stack(down)
            continue
        for expert in range(pair.experts):
            module = f"{prefix}.experts.{expert}"
            tensors[f"{module}.gate_proj.weight"] = gate[expert]
            tensors[f"{module}.up_proj.weight"] = up[expert]
            tensors[f"{module}.down_proj.weight"] = down[expert]
    return _stored(tensors, pair.teacher_dtype)


def _student_tensors(random: np.random.Generator, pair: Pair) -> dict[str, Any]:
    shape = pair.student
    tensors = _shared_tensors(random, shape, pair)
    for layer in range(shape.layers):
        prefix = f"model.layers.{layer}.mlp"
        for name, rows, columns in (
            ("gate_proj", shape.ffn, shape.hidden),
            ("up_proj", shape.ffn, shape.hidden),
            ("down_proj", shape.hidden, shape.ffn),
        ):
            tensors[f"{prefix}.{name}.weight"] = _matrix(random, rows, columns)
    return _stored(tensors, pair.student_dtype)


def _stored(tensors: dict[str, np.ndarray], dtype: str) -> dict[str, Any]:
    return {n: to_stored(v, DTYPE_NAMES[dtype]) for n, v in tensors.items()}
