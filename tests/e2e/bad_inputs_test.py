"""Every kind of bad input: one clear line and the right exit code.

A case spoils a good pair and recipe in one way and says what the line must
name. Nothing may appear at the output path.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cluster import write_recipe
from oracle.random_pair import Pair, write_pair

QUERY = "model.layers.2.self_attn.q_proj.weight"
KEY = "model.layers.2.self_attn.k_proj.weight"


def read_header(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def write_header(path: Path, header: dict[str, Any], data: bytes) -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def edit_header(
    model: str, edit: Callable[[dict[str, Any]], None]
) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / model / "model.safetensors"
        header, data = read_header(path)
        edit(header)
        write_header(path, header, data)

    return spoil


def edit_config(model: str, **changes: Any) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / model / "config.json"
        config = json.loads(path.read_text()) | changes
        config = {k: v for k, v in config.items() if v is not None}
        path.write_text(json.dumps(config))

    return spoil


def edit_recipe(*changes: tuple[str, str]) -> Callable[[Path], None]:
    """Replaces text of the recipe."""

    def spoil(folder: Path) -> None:
        path = folder / "recipe.yaml"
        text = path.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text)

    return spoil


def truncate(folder: Path) -> None:
    path = folder / "teacher" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])


def append(folder: Path) -> None:
    path = folder / "teacher" / "model.safetensors"
    path.write_bytes(path.read_bytes() + b"more")


def huge_header(folder: Path) -> None:
    path = folder / "teacher" / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 60) + path.read_bytes()[8:])


def not_a_number(folder: Path) -> None:
    path = folder / "teacher" / "model.safetensors"
    header, data = read_header(path)
    begin, end = header[QUERY]["data_offsets"]
    spoiled = data[:begin] + b"\xff" * (end - begin) + data[end:]
    write_header(path, header, spoiled)


def write_index(folder: Path, weight_map: dict[str, str]) -> None:
    model = folder / "teacher"
    (model / "model.safetensors").rename(model / "a.safetensors")
    (model / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": weight_map})
    )


def all_in(file: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        header, _ = read_header(folder / "teacher" / "model.safetensors")
        write_index(folder, dict.fromkeys(header, file))

    return spoil


def pickle_only(folder: Path) -> None:
    path = folder / "teacher" / "model.safetensors"
    path.rename(folder / "teacher" / "pytorch_model.bin")


def remove(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return spoil


def other_model_at_output(folder: Path) -> None:
    (folder / "made").mkdir()
    (folder / "made" / "config.json").write_text("{}")


def overlap(header: dict[str, Any]) -> None:
    header[QUERY]["data_offsets"] = [0, header[QUERY]["data_offsets"][1]]


def drop_tensor(header: dict[str, Any]) -> None:
    del header[QUERY]


def wrong_dtype(header: dict[str, Any]) -> None:
    header[QUERY]["dtype"] = "Q4_0"


def integer_dtype(header: dict[str, Any]) -> None:
    header[QUERY]["dtype"] = "I16"


def wrong_shape(header: dict[str, Any]) -> None:
    header[KEY]["shape"] = list(reversed(header[KEY]["shape"]))


def renamed(header: dict[str, Any]) -> None:
    header["model.layers.1.self_attn.qq.weight"] = header.pop(QUERY)


@dataclass(frozen=True)
class Bad:
    name: str
    spoil: Callable[[Path], None]
    words: tuple[str, ...]
    code: int = 2
    verb: str = "plan"
    arguments: tuple[str, ...] = ()


def option(new: str) -> Callable[[Path], None]:
    return edit_recipe(('"count": 3', f'"count": 3}}, {new}, "attention": '
                        '"project", "merge": {"strength": 1'))  # fmt: skip


BAD = (
    # The recipe.
    Bad("empty", lambda f: (f / "recipe.yaml").write_text("") and None,
        ("recipe.yaml",)),
    Bad("not-yaml", lambda f: (f / "recipe.yaml").write_text("a: [b") and None,
        ("recipe.yaml:1",)),
    Bad("no-recipe", remove("recipe.yaml"), ("recipe.yaml",), 3),
    Bad("unknown-key", edit_recipe(('"name"', '"seeed": 1, "name"')),
        ("recipe.yaml:2", "did you mean 'seed'")),
    Bad("duplicate-key", edit_recipe(('"name"', '"name": "x", "name"')),
        ("recipe.yaml:2", "name")),
    Bad("no-steps", edit_recipe(('"steps"', '"gates": [], "stepz"')),
        ("steps",)),
    Bad("unknown-method", edit_recipe(("moe-to-dense", "moe-to-dens")),
        ("recipe.yaml:", "did you mean 'moe-to-dense'")),
    Bad("drop-one", edit_recipe(("0.7", "1")), ("drop", "recipe.yaml:")),
    Bad("drop-word", edit_recipe(("0.7", '"most"')), ("drop",)),
    Bad("rank-zero", option('"lora": {"rank": 0}'), ("rank",)),
    Bad("rank-negative", option('"project": {"rank": -1}'), ("rank",)),
    Bad("unknown-side", option('"align": {"side": "rite"}'),
        ("side", "right")),
    Bad("unknown-rescale", option('"delta": {"rescale": "l3"}'),
        ("rescale", "l2")),
    Bad("count-above-experts", edit_recipe(('"count": 3', '"count": 7')),
        ("recipe.yaml:", "7 exceeds the 6 experts")),
    Bad("unknown-gate", edit_recipe(
        ('"steps"', '"gates": [{"metric": "loop_rate", "max": 1}], "steps"')),
        ("loop_rate",)),
    Bad("gate-without-bound", edit_recipe(
        ('"steps"',
         '"gates": [{"metric": "max_relative_change"}], "steps"')),
        ("min", "max")),
    Bad("unknown-dtype", edit_recipe(("bfloat16", "bfloat17")),
        ("dtype", "bfloat16")),
    Bad("bad-override", lambda f: None, ("--set",), 2, "plan",
        ("--set", "steps.9.drop=1")),
    Bad("override-without-value", lambda f: None, ("--set",), 2, "plan",
        ("--set", "seed")),
    Bad("output-in-teacher", edit_recipe(('"made"', '"teacher/made"')),
        ("output",)),
    Bad("output-is-student", edit_recipe(('"made"', '"student"')),
        ("output",)),
    Bad("unknown-device", lambda f: None, ("h1000", "h100"), 2, "plan",
        ("--device", "h1000")),
    Bad("unknown-flag", lambda f: None, ("--frobnicate",), 2, "plan",
        ("--frobnicate",)),
    # The models.
    Bad("no-teacher", remove("teacher"), ("teacher",)),
    Bad("no-config", remove("teacher/config.json"), ("config.json",), 3),
    Bad("config-no-json",
        lambda f: (f / "teacher/config.json").write_text("{") and None,
        ("config.json",)),
    Bad("unknown-family", edit_config("teacher", model_type="gpt2"),
        ("gpt2", "qwen3_moe")),
    Bad("no-experts-key", edit_config("teacher", num_experts=None),
        ("num_experts",)),
    Bad("layers-as-text", edit_config("student", num_hidden_layers="3"),
        ("num_hidden_layers",)),
    Bad("negative-width", edit_config("student", hidden_size=-24),
        ("hidden_size",)),
    Bad("config-against-tensors", edit_config("student", hidden_size=32),
        ("model.embed_tokens.weight",)),
    Bad("quantised", edit_config("teacher",
                                 quantization_config={"quant_method": "fp8"}),
        ("quantization_config",)),
    Bad("dense-teacher", lambda f: shutil.copytree(
        f / "student", f / "teacher", dirs_exist_ok=True) and None,
        ("Mixture-of-Experts",)),
    Bad("sparse-student", lambda f: shutil.copytree(
        f / "teacher", f / "student", dirs_exist_ok=True) and None,
        ("dense student",)),
    Bad("truncated", truncate, ("model.safetensors", "cut short")),
    Bad("trailing-bytes", append, ("model.safetensors",)),
    Bad("huge-header", huge_header, ("model.safetensors", "100000000")),
    Bad("overlap", edit_header("teacher", overlap), ("q_proj",)),
    Bad("missing-tensor", edit_header("student", drop_tensor), ("hole",)),
    Bad("unknown-dtype-in-file", edit_header("teacher", wrong_dtype),
        ("Q4_0",)),
    Bad("integer-weights", edit_header("teacher", integer_dtype),
        (QUERY, "I16")),
    Bad("transposed", edit_header("teacher", wrong_shape), (KEY,)),
    Bad("unknown-tensor", edit_header("student", renamed), ("q",)),
    Bad("missing-shard", all_in("b.safetensors"), ("b.safetensors",), 3),
    Bad("index-outside", all_in("../student/model.safetensors"), ("..",)),
    Bad("index-absolute", all_in("/etc/passwd"), ("/etc/passwd",)),
    Bad("pickle", pickle_only, ("pytorch_model.bin",)),
    # The machine.
    Bad("output-taken", other_model_at_output, ("made", "--replace"), 1,
        "run"),
    Bad("nan-weights", not_a_number, (QUERY,), 1, "run"),
    Bad("state-nowhere", lambda f: None, ("/proc/state",), 3, "run",
        ("--state", "/proc/state")),
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=[b.name for b in BAD])
def test_bad_input_is_one_clear_line(
    bad: Bad, decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, Pair())
    write_recipe(tmp_path)
    bad.spoil(tmp_path)
    command = [
        str(decant_bin / "decant"), bad.verb, str(tmp_path / "recipe.yaml"),
        "--workspace", str(tmp_path / "workspace"), *bad.arguments,
    ]  # fmt: skip
    if "--state" not in bad.arguments:
        command += ["--state", str(tmp_path / "state")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    errors = [
        line for line in done.stderr.splitlines() if line.startswith("decant:")
    ]
    assert done.returncode == bad.code, (done.returncode, done.stderr)
    assert len(errors) == 1, done.stderr
    for word in bad.words:
        assert word in errors[0], errors[0]
    made = tmp_path / "made"
    assert not (made / "decant.json").exists()
