"""The whole moe-to-dense job, recomputed in fp64 from two folders.

`recompute(teacher, student, recipe)` takes checkpoints and a dict shaped like
the recipe file and returns a reference for every tensor of the made model.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle import transfer_math as tm
from oracle.checkpoint_io import (
    DTYPE_NAMES,
    Checkpoint,
    StoredTensor,
    to_stored,
)

FFN = ("gate_proj", "up_proj", "down_proj")
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")

PUBLISHED: dict[str, Any] = {
    "layers": {"map": "sigmoid", "steepness": 1 / 0.15},
    "experts": {"select": "nearest-centroid", "count": 64, "pair": "index"},
    "project": {
        "method": "svd-crop",
        "rank": 0,
        "rank_cap": "none",
        "uncovered": "zero",
    },
    "align": {"method": "procrustes", "side": "right", "scaling": False},
    "delta": {"drop": 0.80, "method": "magnitude", "rescale": None},
    "lora": {"rank": 0, "alpha": None},
    "merge": {"strength": 1.0},
    "attention": "project",
}
RECOMMENDED: dict[str, Any] = {
    "layers": {"steepness": 1.0},
    "project": {"uncovered": "keep-student"},
}


@dataclass(frozen=True)
class TensorReference:
    """What one tensor of the made model must be."""

    stored: StoredTensor
    is_made: bool = False  # False: kept from the student.
    # Elements so close to the drop threshold that rounding may decide them.
    at_threshold: np.ndarray | None = None


@dataclass
class Recomputed:
    references: dict[str, TensorReference]
    # Experts taken, by (step, student layer).
    selections: dict[tuple[int, int], list[int]] = field(default_factory=dict)


def with_defaults(step: dict[str, Any]) -> dict[str, Any]:
    """Fills in what the step leaves out, from its preset."""
    options = copy.deepcopy(PUBLISHED)
    layers = [step]
    if step.get("preset") == "recommended":
        layers.insert(0, RECOMMENDED)
    for layer in layers:
        for key, value in layer.items():
            if isinstance(value, dict):
                options[key].update(value)
            elif key in options:
                options[key] = value
    if options["delta"]["rescale"] is None:
        by_method = {"magnitude": "l2", "random": "inverse"}
        options["delta"]["rescale"] = by_method[options["delta"]["method"]]
    if options["lora"]["alpha"] is None:
        options["lora"]["alpha"] = options["lora"]["rank"]
    return options


class Teacher:
    """The teacher's matrices, whatever their layout on disk."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        config = checkpoint.config
        self.num_layers: int = config["num_hidden_layers"]
        self.num_experts: int = (
            config["num_experts"]
            if "num_experts" in config
            else config["num_local_experts"]
        )

    def attention(self, layer: int, name: str) -> np.ndarray:
        tensor = f"model.layers.{layer}.self_attn.{name}.weight"
        return self._checkpoint.values(tensor)

    def expert(self, layer: int, expert: int, name: str) -> np.ndarray:
        prefix = f"model.layers.{layer}.mlp.experts"
        if f"{prefix}.down_proj" not in self._checkpoint.tensors:
            return self._checkpoint.values(f"{prefix}.{expert}.{name}.weight")
        if name == "down_proj":
            return self._checkpoint.values(f"{prefix}.down_proj")[expert]
        both = self._checkpoint.values(f"{prefix}.gate_up_proj")[expert]
        gate, up = np.split(both, 2)  # Gate rows come first.
        return gate if name == "gate_proj" else up


class Step:
    """One moe-to-dense pass over (teacher, current model)."""

    def __init__(
        self,
        teacher: Teacher,
        student: Checkpoint,
        options: dict[str, Any],
        seed: int,
        index: int,
    ) -> None:
        self._teacher = teacher
        self._student = student
        self._options = options
        self._seed = seed
        self._index = index
        self._num_layers: int = student.config["num_hidden_layers"]

    def run(self, dtype: str) -> Recomputed:
        made: dict[str, TensorReference] = {}
        selections = {}
        for layer in range(self._num_layers):
            prefix = f"model.layers.{layer}"
            experts = self._virtual_experts(layer)
            selected = self._select(experts)
            selections[self._index, layer] = selected
            for name in FFN:
                chosen = [experts[e][name] for e in selected]
                tensor = f"{prefix}.mlp.{name}.weight"
                made[tensor] = self._transfer(tensor, chosen, dtype)
            if self._options["attention"] == "keep":
                continue
            for name in ATTENTION:
                virtual = self._virtual(
                    layer, lambda t, n=name: self._teacher.attention(t, n)
                )
                tensor = f"{prefix}.self_attn.{name}.weight"
                made[tensor] = self._transfer(tensor, [virtual], dtype)
        references = {
            name: made.get(name) or TensorReference(_rounded(tensor, dtype))
            for name, tensor in self._student.tensors.items()
        }
        return Recomputed(references, selections)

    def _virtual(self, layer: int, read: Any) -> np.ndarray:
        options = self._options["layers"]
        depth = tm.teacher_depth(
            layer,
            self._num_layers,
            self._teacher.num_layers,
            options["map"],
            options.get("steepness", 0.0),
        )
        low = int(depth)
        weight = depth - low
        if weight == 0:
            return read(low)
        return tm.slerp(read(low), read(low + 1), weight)

    def _virtual_experts(self, layer: int) -> list[dict[str, np.ndarray]]:
        return [
            {
                name: self._virtual(
                    layer,
                    lambda t, e=expert, n=name: self._teacher.expert(t, e, n),
                )
                for name in FFN
            }
            for expert in range(self._teacher.num_experts)
        ]

    def _select(self, experts: list[dict[str, np.ndarray]]) -> list[int]:
        options = self._options["experts"]
        if options["select"] == "all":
            return list(range(len(experts)))
        fingerprints = np.stack(
            [np.concatenate([e[n].ravel() for n in FFN]) for e in experts]
        )
        return tm.nearest_to_centroid(fingerprints, options["count"])

    def _transfer(
        self, name: str, offered: list[np.ndarray], dtype: str
    ) -> TensorReference:
        student = self._student.values(name)
        teacher = np.mean([self._project(m, student) for m in offered], axis=0)
        align = self._options["align"]
        side = "none" if align["method"] == "none" else align["side"]
        aligned = tm.align(teacher, student, side, align["scaling"])
        delta = aligned - student
        if self._options["project"]["uncovered"] == "keep-student":
            rows, columns = offered[0].shape
            delta[rows:, :] = 0
            delta[:, columns:] = 0
        sparse, at_threshold = self._sparsify(name, delta)
        change = self._low_rank(sparse)
        merged = student + self._options["merge"]["strength"] * change
        return TensorReference(to_stored(merged, dtype), True, at_threshold)

    def _project(self, matrix: np.ndarray, student: np.ndarray) -> np.ndarray:
        options = self._options["project"]
        rank = options["rank"] or min(matrix.shape)
        if options["rank_cap"] == "student":
            rank = min(rank, *student.shape)
        return tm.crop_or_pad(tm.best_rank(matrix, rank), student.shape)

    def _sparsify(
        self, name: str, delta: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        options = self._options["delta"]
        drop = options["drop"]
        at_threshold = None
        if options["method"] == "magnitude":
            mask = tm.magnitude_mask(delta, drop)
            if mask.any() and not mask.all():
                threshold = np.abs(delta[mask]).min()
                slack = 1e-6 * np.sqrt(np.mean(delta**2))
                at_threshold = np.abs(np.abs(delta) - threshold) <= slack
        else:
            key = tm.stream_key(self._seed, "dare", self._index, name)
            mask = tm.random_mask(delta.shape, drop, key)
        kept = np.where(mask, delta, 0.0)
        factor = tm.rescale_factor(delta, kept, drop, options["rescale"])
        return factor * kept, at_threshold

    def _low_rank(self, delta: np.ndarray) -> np.ndarray:
        options = self._options["lora"]
        if not options["rank"]:
            return delta
        scale = options["alpha"] / options["rank"]  # As asked for, once.
        return scale * tm.best_rank(delta, options["rank"])


def _rounded(tensor: StoredTensor, dtype: str) -> StoredTensor:
    if tensor.dtype == dtype:
        return tensor
    return to_stored(tensor.values(), dtype)


def recompute_step(
    teacher: Checkpoint,
    student: Checkpoint,
    recipe: dict[str, Any],
    index: int,
) -> Recomputed:
    """Step `index` alone: `student` is the model the steps before it made."""
    step = Step(
        Teacher(teacher),
        student,
        with_defaults(recipe["steps"][index]),
        recipe.get("seed", 0),
        index,
    )
    return step.run(DTYPE_NAMES[recipe["output"]["dtype"]])


def recompute(
    teacher: Checkpoint, student: Checkpoint, recipe: dict[str, Any]
) -> Recomputed:
    """All steps, each on the rounded model of the one before."""
    made: set[str] = set()
    selections: dict[tuple[int, int], list[int]] = {}
    current = student
    for index in range(len(recipe["steps"])):
        result = recompute_step(teacher, current, recipe, index)
        selections.update(result.selections)
        made |= {n for n, r in result.references.items() if r.is_made}
        stored = {n: r.stored for n, r in result.references.items()}
        current = Checkpoint(student.config, stored)
    references = {
        name: TensorReference(
            reference.stored, name in made, reference.at_threshold
        )
        for name, reference in result.references.items()
    }
    return Recomputed(references, selections)
