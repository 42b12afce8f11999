"""Hugging Face folders as numpy arrays, and the rounding of stored dtypes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

INDEX_NAME = "model.safetensors.index.json"
# safetensors name -> (numpy storage type, bits of the significand)
STORAGE = {
    "F32": (np.dtype("<f4"), 24),
    "F16": (np.dtype("<f2"), 11),
    "BF16": (np.dtype("<u2"), 8),
}
# Smallest exponent e of a normal number 0.5 <= m < 1, value m 2^e.
MIN_EXPONENT = {"F32": -125, "F16": -13, "BF16": -125}
DTYPE_NAMES = {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}


@dataclass(frozen=True)
class StoredTensor:
    """A tensor as the file holds it."""

    dtype: str
    shape: tuple[int, ...]
    bits: np.ndarray  # Storage type: uint16 for BF16.

    def values(self) -> np.ndarray:
        """The same numbers in fp64, exactly."""
        if self.dtype != "BF16":
            return self.bits.astype(np.float64)
        wide = self.bits.astype(np.uint32) << 16
        return wide.view(np.float32).astype(np.float64)


def unit_in_last_place(values: np.ndarray, dtype: str) -> np.ndarray:
    """Distance between neighbouring numbers of `dtype` around `values`."""
    _, exponents = np.frexp(values)
    exponents = np.maximum(exponents, MIN_EXPONENT[dtype])
    return np.ldexp(1.0, exponents - STORAGE[dtype][1])


def round_to(values: np.ndarray, dtype: str) -> np.ndarray:
    """Rounds fp64 once to `dtype`, half to even; returns fp64."""
    unit = unit_in_last_place(values, dtype)
    return np.rint(values / unit) * unit


def to_stored(values: np.ndarray, dtype: str) -> StoredTensor:
    """Rounds fp64 `values` once and encodes them."""
    rounded = round_to(np.asarray(values, dtype=np.float64), dtype)
    if dtype == "BF16":
        wide = np.ascontiguousarray(rounded.astype(np.float32))
        bits = (wide.view(np.uint32) >> 16).astype(np.uint16)
    else:
        bits = rounded.astype(STORAGE[dtype][0])
    return StoredTensor(dtype, rounded.shape, bits)


def _read_file(path: Path) -> dict[str, StoredTensor]:
    data = path.read_bytes()
    header_size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_size])
    payload = data[8 + header_size :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        storage, _ = STORAGE[entry["dtype"]]
        shape = tuple(entry["shape"])
        bits = np.frombuffer(payload[begin:end], storage).reshape(shape)
        tensors[name] = StoredTensor(entry["dtype"], shape, bits)
    return tensors


@dataclass(frozen=True)
class Checkpoint:
    """config.json and every tensor of a folder, single file or sharded."""

    config: dict[str, Any]
    tensors: dict[str, StoredTensor]

    @staticmethod
    def read(folder: Path) -> Checkpoint:
        config = json.loads((folder / "config.json").read_text())
        index_path = folder / INDEX_NAME
        if not index_path.is_file():
            return Checkpoint(config, _read_file(folder / "model.safetensors"))
        weight_map = json.loads(index_path.read_text())["weight_map"]
        tensors: dict[str, StoredTensor] = {}
        for file_name in sorted(set(weight_map.values())):
            found = _read_file(folder / file_name)
            listed = {n for n, f in weight_map.items() if f == file_name}
            assert set(found) == listed, f"{file_name} and the index differ"
            tensors.update(found)
        return Checkpoint(config, tensors)

    def values(self, name: str) -> np.ndarray:
        return self.tensors[name].values()


def _write_file(path: Path, tensors: dict[str, StoredTensor]) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, tensor in tensors.items():
        end = offset + tensor.bits.nbytes
        header[name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor.bits).tobytes())


def write_checkpoint(
    folder: Path, checkpoint: Checkpoint, num_shards: int = 1
) -> None:
    """Writes config.json and the tensors, dealt out over the shards."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.dumps(checkpoint.config, indent=2)
    (folder / "config.json").write_text(config)
    if num_shards == 1:
        _write_file(folder / "model.safetensors", checkpoint.tensors)
        return
    weight_map = {}
    for shard in range(num_shards):
        name = f"model-{shard + 1:05}-of-{num_shards:05}.safetensors"
        items = list(checkpoint.tensors.items())[shard::num_shards]
        _write_file(folder / name, dict(items))
        weight_map.update({tensor: name for tensor, _ in items})
    total = sum(t.bits.nbytes for t in checkpoint.tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / INDEX_NAME).write_text(json.dumps(index, indent=2))
