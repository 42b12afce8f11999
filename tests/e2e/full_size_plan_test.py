"""`decant plan` of the full-size recipe needs headers only, and seconds.

The 480B teacher and the 4B student stand in as sparse files: true headers,
holes for data.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from conftest import REPOSITORY

TEACHER = {
    "architectures": ["Qwen3MoeForCausalLM"],
    "model_type": "qwen3_moe", "hidden_size": 6144, "num_hidden_layers": 62,
    "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128,
    "intermediate_size": 8192, "moe_intermediate_size": 2560,
    "num_experts": 160, "num_experts_per_tok": 8, "norm_topk_prob": True,
    "decoder_sparse_step": 1, "mlp_only_layers": [],
    "vocab_size": 151936, "tie_word_embeddings": False,
    "rms_norm_eps": 1e-6, "rope_theta": 1e7, "torch_dtype": "bfloat16",
}  # fmt: skip
STUDENT = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3", "hidden_size": 2560, "num_hidden_layers": 36,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
    "intermediate_size": 9728, "vocab_size": 151936,
    "tie_word_embeddings": True, "rms_norm_eps": 1e-6, "rope_theta": 1e6,
    "torch_dtype": "bfloat16",
}  # fmt: skip
SHARD_BYTES = 4_000_000_000
# Runs its arguments; the largest process among them, in KiB, ends stderr.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak, file=sys.stderr)
sys.exit(code)
"""


def layer_tensors(config: dict[str, Any], layer: int) -> dict[str, list[int]]:
    hidden, head = config["hidden_size"], config["head_dim"]
    queries = config["num_attention_heads"] * head
    keys = config["num_key_value_heads"] * head
    prefix = f"model.layers.{layer}."
    tensors = {
        "input_layernorm": [hidden],
        "post_attention_layernorm": [hidden],
        "self_attn.q_proj": [queries, hidden],
        "self_attn.k_proj": [keys, hidden],
        "self_attn.v_proj": [keys, hidden],
        "self_attn.o_proj": [hidden, queries],
        "self_attn.q_norm": [head],
        "self_attn.k_norm": [head],
    }
    if "num_experts" in config:
        tensors["mlp.gate"] = [config["num_experts"], hidden]
        widths = [(f"mlp.experts.{e}", config["moe_intermediate_size"])
                  for e in range(config["num_experts"])]  # fmt: skip
    else:
        widths = [("mlp", config["intermediate_size"])]
    for name, width in widths:
        tensors[f"{name}.gate_proj"] = [width, hidden]
        tensors[f"{name}.up_proj"] = [width, hidden]
        tensors[f"{name}.down_proj"] = [hidden, width]
    return {f"{prefix}{n}.weight": s for n, s in tensors.items()}


def all_tensors(config: dict[str, Any]) -> dict[str, list[int]]:
    vocabulary, hidden = config["vocab_size"], config["hidden_size"]
    tensors = {"model.embed_tokens.weight": [vocabulary, hidden]}
    for layer in range(config["num_hidden_layers"]):
        tensors |= layer_tensors(config, layer)
    tensors["model.norm.weight"] = [hidden]
    if not config["tie_word_embeddings"]:
        tensors["lm_head.weight"] = [vocabulary, hidden]
    return tensors


def write_shard(path: Path, tensors: dict[str, list[int]]) -> None:
    header, offset = {}, 0
    for name, shape in tensors.items():
        size = 2
        for extent in shape:
            size *= extent
        header[name] = {"dtype": "BF16", "shape": shape,
                        "data_offsets": [offset, offset + size]}  # fmt: skip
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + offset)


def write_sparse_checkpoint(folder: Path, config: dict[str, Any]) -> int:
    """Returns the number of parameters."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    shards: list[dict[str, list[int]]] = [{}]
    filled = total = 0
    for name, shape in all_tensors(config).items():
        elements = 1
        for extent in shape:
            elements *= extent
        if filled + 2 * elements > SHARD_BYTES and shards[-1]:
            shards.append({})
            filled = 0
        shards[-1][name] = shape
        filled += 2 * elements
        total += elements
    weight_map = {}
    for index, tensors in enumerate(shards, 1):
        file = f"model-{index:05d}-of-{len(shards):05d}.safetensors"
        write_shard(folder / file, tensors)
        weight_map |= dict.fromkeys(tensors, file)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 2 * total},
                    "weight_map": weight_map})
    )  # fmt: skip
    return total


def test_plan_of_the_full_size_double_distill(
    decant_bin: Path, tmp_path: Path
) -> None:
    assert write_sparse_checkpoint(tmp_path / "t", TEACHER) == 480_154_875_392
    assert write_sparse_checkpoint(tmp_path / "s", STUDENT) == 4_022_468_096
    recipe = REPOSITORY / "deploy/recipes/webgen-4b-double-distill.yaml"
    command = [
        str(decant_bin / "decant"), "-o", "json", "plan", str(recipe),
        "--set", f"teacher.path={tmp_path / 't'}",
        "--set", f"student.path={tmp_path / 's'}",
        "--set", f"output.path={tmp_path / 'out'}",
        "--state", str(tmp_path / "state"),
        "--workspace", str(tmp_path / "workspace"),
    ]  # fmt: skip

    began = time.monotonic()
    # A process of its own starts the command: a child's peak counts from the
    # size of whoever forked it, and the test runner may be large.
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - began

    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    phases = {(p["step"], p["phase"]) for p in plan["phases"]}
    assert {(0, "fingerprint"), (0, "select"), (0, "project"), (0, "merge"),
            (1, "project"), (1, "merge"), (2, "assemble"),
            (2, "seal")} <= phases  # fmt: skip
    assert len(plan["steps"][0]["unread_teacher_layers"]) == 40
    assert len(plan["steps"][0]["layer_map"]) == 36
    assert plan["totals"]["units"] > 500
    # Both passes read (nearly) the same 22 layers of 15.4 GB; none is read
    # thrice.
    assert 3e11 < plan["totals"]["bytes_read"] < 2e12
    assert plan["totals"]["flops"] > 1e13
    assert {e["workers"] for e in plan["estimates"]} >= {1, 8}
    peak = int(done.stderr.split()[-1]) / 1024
    # Printed, never asserted: the machine may be busy.
    print(f"plan: {seconds:.1f} s, largest process {peak:.0f} MiB")
    assert peak < 500
