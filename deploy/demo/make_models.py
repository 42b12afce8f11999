#!/usr/bin/env python3
"""Makes the demo's models and data: minutes on one core, no download.

  demo/teacher             a Qwen3-MoE, 4 layers of 16 experts, 1 M parameters
  demo/student             a Qwen3 dense model, smaller in every dimension
  demo/calibration.jsonl   {"text": ...} a line, from files not trained on
  demo/heldout.jsonl       the same, from yet other files

The result does not depend on the machine's speed: steps, data order, seed and
thread count are fixed. What exists with the same settings is left alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import (
    AutoModelForCausalLM,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3MoeConfig,
)

import corpus
from training import TrainingPlan, train

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS_FILE = "demo_settings.json"
# One thread: sums do not depend on the machine, and models this small gain
# almost nothing from a second one.
NUM_THREADS = 1

# Small and trained hot, because it must be a *real* mixture: zeroing its
# experts has to hurt. A larger one trained for as long leans on attention.
TEACHER_SHAPE: dict[str, Any] = {
    "hidden_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 3,
    "num_key_value_heads": 1,
    "head_dim": 32,
    "num_experts": 16,
    "num_experts_per_tok": 4,
    "moe_intermediate_size": 48,
    "intermediate_size": 192,
    "norm_topk_prob": True,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
}
# Fewer layers than the teacher, so that a virtual layer lies between two of
# its layers; other heads; an FFN wider than one expert, so that part of it
# has no counterpart in the teacher.
STUDENT_SHAPE: dict[str, Any] = {
    "hidden_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "intermediate_size": 192,
}


@dataclass(frozen=True)
class ModelPlan:
    """One model to make: its folder, architecture and training."""

    name: str
    config_class: type[PretrainedConfig]
    shape: dict[str, Any]
    training: TrainingPlan

    def config(self, eos_token_id: int) -> PretrainedConfig:
        return self.config_class(
            vocab_size=corpus.VOCABULARY_SIZE,
            max_position_embeddings=1_024,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=eos_token_id,
            pad_token_id=eos_token_id,
            **self.shape,
        )

    def settings(self) -> dict[str, Any]:
        """Whatever the made bytes depend on."""
        return {
            "model": self.config_class.model_type,
            "shape": self.shape,
            "training": dataclasses.asdict(self.training),
            "threads": NUM_THREADS,
            "corpus": corpus.corpus_digest(),
            "vocabulary": corpus.VOCABULARY_SIZE,
            "chat_template": corpus.CHAT_TEMPLATE,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        }


PLANS = (
    ModelPlan(
        name="teacher",
        config_class=Qwen3MoeConfig,
        shape=TEACHER_SHAPE,
        training=TrainingPlan(steps=530, learning_rate=6e-3),
    ),
    ModelPlan(
        name="student",
        config_class=Qwen3Config,
        shape=STUDENT_SHAPE,
        training=TrainingPlan(steps=400, learning_rate=6e-3, seed=1),
    ),
)


def settings_text(plan: ModelPlan) -> str:
    settings = plan.settings()
    canonical = json.dumps(settings, sort_keys=True).encode()
    settings["digest"] = hashlib.sha256(canonical).hexdigest()
    return json.dumps(settings, indent=2, sort_keys=True) + "\n"


def is_made(folder: Path, wanted_settings: str) -> bool:
    """A folder appears whole or not at all, so its settings vouch for it."""
    try:
        return (folder / SETTINGS_FILE).read_text() == wanted_settings
    except (FileNotFoundError, NotADirectoryError):
        return False


def make_model(
    plan: ModelPlan,
    tokenizer: PreTrainedTokenizerFast,
    tokens: list[int],
    folder: Path,
) -> None:
    """Trains the model and writes its checkpoint, stored as bfloat16."""
    torch.manual_seed(plan.training.seed)
    config = plan.config(tokenizer.eos_token_id)
    model = AutoModelForCausalLM.from_config(
        config, dtype=torch.float32, experts_implementation="eager"
    )
    train(model, tokens, plan.training, label=f"  {plan.name}")
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors files are made for their owner only.


def publish_folder(made: Path, target: Path) -> None:
    """Moves `made` to `target`; what was there steps aside, then goes."""
    if not target.exists():
        made.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=".replaced-", dir=target.parent))
    target.rename(aside / target.name)
    made.rename(target)
    shutil.rmtree(aside)


def write_if_changed(path: Path, text: str) -> None:
    """Leaves an equal file alone: its time stamp is part of job identities."""
    if path.is_file() and path.read_text() == text:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def make_models(output: Path, force: bool) -> None:
    torch.set_num_threads(NUM_THREADS)
    transformers.utils.logging.disable_progress_bar()
    missing = [
        plan
        for plan in PLANS
        if force or not is_made(output / plan.name, settings_text(plan))
    ]
    for plan in PLANS:
        state = "to be trained" if plan in missing else "is there"
        print(f"  {output / plan.name}: {state}", flush=True)
    if missing:
        texts = corpus.read_sources(corpus.TRAINING_FILES)
        tokenizer = corpus.train_tokenizer(texts)
        tokens = corpus.encode(tokenizer, texts)
    for plan in missing:
        with tempfile.TemporaryDirectory(prefix=".made-", dir=output) as name:
            folder = Path(name) / plan.name
            make_model(plan, tokenizer, tokens, folder)
            (folder / SETTINGS_FILE).write_text(settings_text(plan))
            publish_folder(folder, output / plan.name)
    for name, files in (
        ("calibration", corpus.CALIBRATION_FILES),
        ("heldout", corpus.HELDOUT_FILES),
    ):
        text = corpus.documents_jsonl(corpus.read_sources(files))
        write_if_changed(output / f"{name}.jsonl", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output",
        type=Path,
        default=REPOSITORY / "demo",
        metavar="DIR",
        help="where the models go (default: demo/ of the repository)",
    )
    parser.add_argument(
        "--force", action="store_true", help="make again what exists"
    )
    arguments = parser.parse_args()
    output = arguments.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    started_at = time.monotonic()
    # A second maker waits, then finds everything made.
    with open(output / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_models(output, arguments.force)
    print(f"demo models: {output} ({time.monotonic() - started_at:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
