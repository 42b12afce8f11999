"""The oracle itself, against libraries nobody here wrote."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import torch
from oracle import transfer_math as tm
from oracle.checkpoint_io import Checkpoint, round_to, to_stored
from oracle.compare import compare
from oracle.moe_to_dense import TensorReference, recompute
from oracle.random_pair import Pair, Shape, write_pair

RECIPE = {
    "output": {"dtype": "bfloat16"},
    "steps": [
        {
            "method": "moe-to-dense",
            "experts": {"select": "nearest-centroid", "count": 3},
        }
    ],
}


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_slerp_equals_mergekit_on_equal_norms() -> None:
    mergekit = importlib.import_module("mergekit.merge_methods.slerp")
    low, high = normal(7, 5), normal(7, 5, seed=1)
    high *= np.linalg.norm(low) / np.linalg.norm(high)

    for weight in (0.1, 0.5, 0.8):
        # Its first axis is a batch; here the whole tensor is one vector.
        batches = [torch.tensor(x).reshape(1, -1) for x in (low, high)]
        theirs = mergekit.slerp(torch.tensor([weight]), *batches)
        np.testing.assert_allclose(
            tm.slerp(low, high, weight),
            theirs.reshape(low.shape).numpy(),
            rtol=1e-6,
            atol=1e-7,
        )


def test_slerp_interpolates_norms_and_refuses_antipodes() -> None:
    low, high = normal(6), 3 * normal(6, seed=1)

    middle = tm.slerp(low, high, 0.25)

    expected = 0.75 * np.linalg.norm(low) + 0.25 * np.linalg.norm(high)
    assert np.linalg.norm(middle) == pytest.approx(expected)
    with pytest.raises(ValueError, match="antipodal"):
        tm.slerp(low, -2 * low, 0.5)


@pytest.mark.parametrize("shape", [(5, 5), (9, 4)])
def test_right_alignment_equals_scipy_on_full_rank(
    shape: tuple[int, int],
) -> None:
    teacher, student = normal(*shape), normal(*shape, seed=1)

    rotation, _ = scipy.linalg.orthogonal_procrustes(teacher, student)

    aligned = tm.align(teacher, student, "right", False)
    np.testing.assert_allclose(aligned, teacher @ rotation, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 5), (4, 9)])
def test_left_alignment_equals_scipy_on_full_rank(
    shape: tuple[int, int],
) -> None:
    teacher, student = normal(*shape), normal(*shape, seed=1)

    rotation, scale = scipy.linalg.orthogonal_procrustes(teacher.T, student.T)

    aligned = tm.align(teacher, student, "left", True)
    expected = scale / np.sum(teacher**2) * (teacher.T @ rotation).T
    np.testing.assert_allclose(aligned, expected, atol=1e-12)


@pytest.mark.parametrize("side", ["left", "right"])
def test_planted_rotation_is_recovered_from_rank_deficient_product(
    side: str,
) -> None:
    # Wide for right, tall for left: the cross product has rank 4 of 9.
    teacher = normal(4, 9) if side == "right" else normal(9, 4)
    rotation, _ = np.linalg.qr(normal(9, 9, seed=1))
    student = teacher @ rotation if side == "right" else rotation @ teacher

    aligned = tm.align(teacher, student, side, False)

    np.testing.assert_allclose(aligned, student, atol=1e-12)


def test_polar_of_rank_deficient_matrix_is_orthogonal() -> None:
    matrix = normal(6, 2) @ normal(2, 6, seed=1)

    rotation = tm.polar(matrix)

    np.testing.assert_allclose(rotation.T @ rotation, np.eye(6), atol=1e-12)
    assert np.trace(rotation.T @ matrix) == pytest.approx(
        scipy.linalg.svd(matrix, compute_uv=False).sum()
    )


def test_alignment_of_both_sides_keeps_only_singular_values() -> None:
    teacher, student = normal(4, 6), normal(4, 6, seed=1)
    values = scipy.linalg.svd(teacher, compute_uv=False)
    student_values = scipy.linalg.svd(student, compute_uv=False)

    aligned = tm.align(teacher, student, "both", False)

    np.testing.assert_allclose(
        scipy.linalg.svd(aligned, compute_uv=False), values
    )
    assert np.linalg.norm(aligned - student) == pytest.approx(
        np.linalg.norm(values - student_values)
    )


def test_best_rank_reaches_the_eckart_young_error() -> None:
    matrix = normal(8, 5)
    values = scipy.linalg.svd(matrix, compute_uv=False)

    for rank in range(1, 6):
        low = tm.best_rank(matrix, rank)
        error = np.linalg.norm(matrix - low)
        assert np.linalg.matrix_rank(low) == rank
        assert error == pytest.approx(np.linalg.norm(values[rank:]), abs=1e-12)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (
            [0xFFFFFFFF] * 4,
            (0xFFFFFFFF, 0xFFFFFFFF),
            "408f276d 41c83b0e a20bc7c6 6d5451fd",
        ),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_words(
    counter: list[int], key: tuple[int, int], expected: str
) -> None:
    # The known answers of the Random123 distribution.
    words = tm.philox_rounds(
        [np.array([c], dtype=np.uint64) for c in counter], key
    )

    assert " ".join(f"{int(w[0]):08x}" for w in words) == expected


def test_kept_count_is_half_to_even_and_ties_go_to_the_lower_index() -> None:
    ties = np.array([1.0, -1.0, 1.0, 1.0, -1.0])

    assert np.flatnonzero(tm.magnitude_mask(ties, 0.5)).tolist() == [0, 1]
    assert np.flatnonzero(tm.magnitude_mask(ties, 0.3)).tolist() == [
        0, 1, 2, 3,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("BF16", torch.bfloat16), ("F16", torch.float16), ("F32", torch.float32)],
)
def test_rounding_equals_torch(name: str, dtype: torch.dtype) -> None:
    values = normal(4096) * 10.0 ** normal(4096, seed=1)
    # From fp32, because torch rounds fp64 to bfloat16 twice.
    values = values.astype(np.float32).astype(np.float64)

    rounded = torch.tensor(values).float().to(dtype).double().numpy()

    np.testing.assert_array_equal(round_to(values, name), rounded)
    np.testing.assert_array_equal(to_stored(values, name).values(), rounded)


def test_sigmoid_map_is_nearly_a_step_at_the_published_steepness() -> None:
    depths = [
        tm.teacher_depth(s, 36, 62, "sigmoid", 1 / 0.15) for s in range(36)
    ]

    read = {int(d) for d in depths} | {int(d) + 1 for d in depths if d % 1}
    assert depths[0] == 0 and depths[-1] == 61
    assert depths == sorted(depths)
    assert 62 - len(read) == 40
    assert tm.teacher_depth(0, 1, 5, "linear", 0) == 4
    assert tm.teacher_depth(1, 31, 61, "linear", 0) == 2.0


@pytest.mark.parametrize("packed", [False, True])
def test_random_pairs_load_in_transformers(
    tmp_path: Path, packed: bool
) -> None:
    from transformers import AutoModelForCausalLM

    pair = Pair(
        packed=packed,
        experts_key="num_local_experts" if packed else "num_experts",
        attention_bias=True,
        tied=not packed,
        student_shards=2,
    )
    for folder in write_pair(tmp_path, pair):
        model, report = AutoModelForCausalLM.from_pretrained(
            folder, output_loading_info=True, experts_implementation="eager"
        )

        assert not report["missing_keys"] and not report["unexpected_keys"]
        assert torch.isfinite(model(torch.tensor([[1, 2, 3]])).logits).all()


def test_packed_and_per_expert_layouts_agree(tmp_path: Path) -> None:
    made = []
    for packed in (False, True):
        folder = tmp_path / str(packed)
        paths = write_pair(folder, Pair(packed=packed, teacher_shards=3))
        made.append(recompute(*map(Checkpoint.read, paths), RECIPE))

    assert made[0].selections == made[1].selections
    for name, reference in made[0].references.items():
        other = made[1].references[name]
        np.testing.assert_array_equal(reference.stored.bits, other.stored.bits)


def test_teacher_equal_to_student_changes_nothing(tmp_path: Path) -> None:
    shape = Shape(16, 2, 2, 1, 8, 20)
    pair = Pair(teacher=shape, student=shape, experts=1)
    teacher, student = map(Checkpoint.read, write_pair(tmp_path, pair))
    tensors = dict(teacher.tensors)
    for name, tensor in student.tensors.items():
        tensors[name.replace(".mlp.", ".mlp.experts.0.")] = tensor

    made = recompute(Checkpoint(teacher.config, tensors), student, RECIPE)

    for name, reference in made.references.items():
        np.testing.assert_array_equal(
            reference.stored.bits, student.tensors[name].bits
        )


@pytest.mark.parametrize("fault", ["value", "kept", "dtype", "nan", "many"])
def test_compare_notices(tmp_path: Path, fault: str) -> None:
    teacher, student = map(Checkpoint.read, write_pair(tmp_path, Pair()))
    references = recompute(teacher, student, RECIPE).references
    tensors = {n: r.stored for n, r in references.items()}
    assert compare(Checkpoint(student.config, tensors), references) == []

    norm, made = "model.norm.weight", "model.layers.1.mlp.gate_proj.weight"
    name = norm if fault == "kept" else made
    bits = tensors[name].bits.copy()
    if fault == "nan":
        bits.flat[7] = 0x7FC0
    elif fault == "many":
        bits += 1
    else:
        bits.flat[7] ^= 8 if fault == "value" else 1
    tensors[name] = dataclasses.replace(
        tensors[name], bits=bits, dtype="F16" if fault == "dtype" else "BF16"
    )

    problems = compare(Checkpoint(student.config, tensors), references)

    assert problems and all(isinstance(p, str) for p in problems)


def test_threshold_elements_are_excused_only_in_small_number() -> None:
    values = np.linspace(1, 2, 100_000)
    at_threshold = np.zeros(values.shape, dtype=bool)
    at_threshold[:50] = True
    references = {
        "w": TensorReference(to_stored(values, "F32"), True, at_threshold)
    }

    for count, is_fine in ((8, True), (20, False)):
        other = values.copy()
        other[:count] = 0
        made = Checkpoint({}, {"w": to_stored(other, "F32")})
        assert (compare(made, references) == []) == is_fine
