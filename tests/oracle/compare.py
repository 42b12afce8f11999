"""Holds a made model against the oracle's references.

Kept tensors: bit-identical. Made tensors, bfloat16 and float16: at least
99.9 % of the stored elements equal, and none further off than two units in
the last place or 1e-5 of the tensor's RMS, whichever is more. float32: none
further off than 1e-5 of the RMS. Elements at the drop threshold may fall on
either side of it, at most 0.01 % of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oracle.checkpoint_io import Checkpoint, unit_in_last_place
from oracle.moe_to_dense import TensorReference

RMS_TOLERANCE = 1e-5
UNITS_TOLERANCE = 2
MIN_EQUAL_FRACTION = 0.999
MAX_THRESHOLD_FRACTION = 1e-4


@dataclass(frozen=True)
class TensorDifference:
    name: str
    size: int
    num_unequal: int  # Threshold elements that fell otherwise left out.
    num_at_threshold: int  # Those, counted.
    worst: float  # Largest |x - ref| / tolerance; above 1 is wrong.

    def line(self) -> str:
        return (
            f"{self.name}: {self.num_unequal}/{self.size} elements differ, "
            f"worst {self.worst:.3g} x tolerance, "
            f"{self.num_at_threshold} at the drop threshold"
        )


def _difference(
    name: str, made: np.ndarray, reference: TensorReference
) -> TensorDifference:
    expected = reference.stored.values()
    error = np.abs(made - expected)
    rms = float(np.sqrt(np.mean(expected**2)))
    tolerance = np.full(expected.shape, RMS_TOLERANCE * rms)
    if reference.stored.dtype != "F32":
        unit = unit_in_last_place(expected, reference.stored.dtype)
        tolerance = np.maximum(tolerance, UNITS_TOLERANCE * unit)
    excused = np.zeros(expected.shape, dtype=bool)
    if reference.at_threshold is not None:
        excused = reference.at_threshold & (error > tolerance)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, 0.0, error / tolerance)
    ratio = np.where(np.isnan(ratio), np.inf, ratio)  # NaN is wrong.
    return TensorDifference(
        name,
        expected.size,
        int(np.sum((made != expected) & ~excused)),
        int(np.sum(excused)),
        float(np.max(np.where(excused, 0.0, ratio), initial=0.0)),
    )


def compare(
    made: Checkpoint, references: dict[str, TensorReference]
) -> list[str]:
    """Returns what is wrong, one line each; prints the worst made tensors."""
    problems = _layout_problems(made, references)
    if problems:
        return problems
    differences = []
    for name, reference in references.items():
        stored = made.tensors[name]
        if reference.is_made:
            differences.append(_difference(name, stored.values(), reference))
        elif stored.bits.tobytes() != reference.stored.bits.tobytes():
            problems.append(f"{name}: is kept, but its bits differ")
    differences.sort(key=lambda d: (d.worst, d.num_unequal), reverse=True)
    print("\n".join(d.line() for d in differences[:5]))
    problems += [d.line() for d in differences if not d.worst <= 1.0]
    return problems + _count_problems(differences, references)


def _layout_problems(
    made: Checkpoint, references: dict[str, TensorReference]
) -> list[str]:
    names = set(made.tensors) ^ set(references)
    problems = [f"{name}: on one side only" for name in sorted(names)]
    for name in set(made.tensors) & set(references):
        found, wanted = made.tensors[name], references[name].stored
        if (found.dtype, found.shape) != (wanted.dtype, wanted.shape):
            problems.append(
                f"{name}: {found.dtype} {found.shape}, "
                f"not {wanted.dtype} {wanted.shape}"
            )
    return problems


def _count_problems(
    differences: list[TensorDifference],
    references: dict[str, TensorReference],
) -> list[str]:
    total = sum(d.size for d in differences)
    if total == 0:
        return ["no tensor was made"]
    problems = []
    narrow = any(
        r.is_made and r.stored.dtype != "F32" for r in references.values()
    )
    unequal = sum(d.num_unequal for d in differences)
    if narrow and unequal > (1 - MIN_EQUAL_FRACTION) * total:
        problems.append(f"{unequal} of {total} made elements differ")
    excused = sum(d.num_at_threshold for d in differences)
    # The two sides of one swap are always allowed: models here are tiny.
    if excused > max(2, MAX_THRESHOLD_FRACTION * total):
        problems.append(f"{excused} of {total} elements at the threshold")
    return problems
