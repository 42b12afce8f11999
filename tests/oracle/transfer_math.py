"""The mathematics of moe-to-dense in fp64, each piece as plain as possible.

Speed does not matter here; independence and obviousness do.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
import scipy.linalg

RANK_CUT = 1e-10


def teacher_depth(
    layer: int, num_student: int, num_teacher: int, kind: str, steepness: float
) -> float:
    """Where student layer `layer` lies among the teacher's, in layers."""
    last = num_teacher - 1
    if num_student == 1:
        return float(last)
    if kind == "linear":
        depth = layer * last / (num_student - 1)
    else:
        centred = 2 * layer / (num_student - 1) - 1
        curve = math.tanh(steepness * centred) / math.tanh(steepness)
        depth = last / 2 * (1 + curve)
    nearest = round(depth)
    return float(nearest) if abs(depth - nearest) < 1e-9 else depth


def slerp(low: np.ndarray, high: np.ndarray, weight: float) -> np.ndarray:
    """Direction on the great circle, magnitude interpolated linearly."""
    low_norm, high_norm = np.linalg.norm(low), np.linalg.norm(high)
    linear = (1 - weight) * low + weight * high
    if low_norm == 0 or high_norm == 0:
        return linear
    cosine = float(np.vdot(low, high) / (low_norm * high_norm))
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if angle < 1e-4:
        return linear
    if angle > math.pi - 1e-4:
        raise ValueError("antipodal tensors have no great circle")
    direction = (
        math.sin((1 - weight) * angle) * low / low_norm
        + math.sin(weight * angle) * high / high_norm
    ) / math.sin(angle)
    return ((1 - weight) * low_norm + weight * high_norm) * direction


def nearest_to_centroid(fingerprints: np.ndarray, count: int) -> list[int]:
    """Indices of the `count` rows nearest the mean row; ties to the lower."""
    distances = np.linalg.norm(fingerprints - fingerprints.mean(0), axis=1)
    return sorted(np.argsort(distances, kind="stable")[:count].tolist())


def best_rank(matrix: np.ndarray, rank: int) -> np.ndarray:
    """The nearest matrix of that rank (Eckart-Young)."""
    if rank >= min(matrix.shape):
        return matrix
    left, values, right = scipy.linalg.svd(matrix, full_matrices=False)
    return (left[:, :rank] * values[:rank]) @ right[:rank]


def crop_or_pad(matrix: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    result = np.zeros(shape)
    rows = min(shape[0], matrix.shape[0])
    columns = min(shape[1], matrix.shape[1])
    result[:rows, :columns] = matrix[:rows, :columns]
    return result


def polar(matrix: np.ndarray) -> np.ndarray:
    """U V^T of a square matrix U S V^T.

    Singular values below the cut leave the rotation free; there it is the one
    nearest the identity between the two complements.
    """
    left, values, right = scipy.linalg.svd(matrix)
    if values[0] == 0:
        return np.eye(len(values))
    rank = int(np.sum(values > RANK_CUT * values[0]))
    rotation = left[:, :rank] @ right[:rank]
    if rank < len(values):
        free_left, free_right = left[:, rank:], right[rank:].T
        u, _, vt = scipy.linalg.svd(free_left.T @ free_right)
        rotation += free_left @ (u @ vt) @ free_right.T
    return rotation


def align(
    teacher: np.ndarray, student: np.ndarray, side: str, scaling: bool
) -> np.ndarray:
    """Rotates the projected teacher towards the student."""
    if side == "none":
        return teacher
    if side == "both":
        left, _, right = scipy.linalg.svd(student, full_matrices=False)
        values = scipy.linalg.svd(teacher, compute_uv=False)
        return (left * values) @ right
    if side == "right":
        cross = teacher.T @ student
        aligned = teacher @ polar(cross)
    else:
        cross = student @ teacher.T
        aligned = polar(cross) @ teacher
    if scaling:
        nuclear_norm = scipy.linalg.svd(cross, compute_uv=False).sum()
        aligned = aligned * (nuclear_norm / np.sum(teacher**2))
    return aligned


def philox_rounds(
    counter: list[np.ndarray], key: tuple[int, int]
) -> list[np.ndarray]:
    """Philox4x32-10 of four counter words (uint64 arrays below 2^32)."""
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    key_low, key_high = key
    for _ in range(10):
        first = np.uint64(0xD2511F53) * counter[0]
        second = np.uint64(0xCD9E8D57) * counter[2]
        counter = [
            (second >> half) ^ counter[1] ^ np.uint64(key_low),
            second & mask,
            (first >> half) ^ counter[3] ^ np.uint64(key_high),
            first & mask,
        ]
        key_low = (key_low + 0x9E3779B9) & 0xFFFFFFFF
        key_high = (key_high + 0xBB67AE85) & 0xFFFFFFFF
    return counter


def philox_words(key: tuple[int, int], count: int) -> np.ndarray:
    """The first `count` words of a stream: word i is lane i mod 4 of i / 4."""
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    zero = np.zeros_like(blocks)
    counter = [
        blocks & np.uint64(0xFFFFFFFF), blocks >> np.uint64(32), zero, zero
    ]  # fmt: skip
    return np.stack(philox_rounds(counter, key), axis=1).reshape(-1)[:count]


def stream_key(
    seed: int, purpose: str, step: int, name: str
) -> tuple[int, int]:
    digest = hashlib.sha256(f"{seed}/{purpose}/{step}/{name}".encode())
    key = int.from_bytes(digest.digest()[:8], "little")
    return key & 0xFFFFFFFF, key >> 32


def magnitude_mask(delta: np.ndarray, drop: float) -> np.ndarray:
    """True at the largest |delta|; of equals, at the lower flat index."""
    keep = round((1.0 - drop) * delta.size)  # Half to even.
    order = np.argsort(-np.abs(delta).reshape(-1), kind="stable")
    mask = np.zeros(delta.size, dtype=bool)
    mask[order[:keep]] = True
    return mask.reshape(delta.shape)


def random_mask(
    shape: tuple[int, ...], drop: float, key: tuple[int, int]
) -> np.ndarray:
    words = philox_words(key, math.prod(shape))
    limit = np.uint64(math.floor((1.0 - drop) * 2.0**32))
    return (words < limit).reshape(shape)


def rescale_factor(
    delta: np.ndarray, kept: np.ndarray, drop: float, rule: str
) -> float:
    """What the kept part is multiplied by."""
    if rule == "none":
        return 1.0
    if rule == "inverse":
        return 1.0 / (1.0 - drop)
    order = {"l2": 2, "l1": 1}[rule]
    remaining = np.linalg.norm(kept.reshape(-1), order)
    if remaining == 0:
        return 1.0
    return float(np.linalg.norm(delta.reshape(-1), order) / remaining)
