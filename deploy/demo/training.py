"""Trains one small causal language model: fixed data order, fixed steps."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

import torch
from torch.nn import functional
from transformers import PreTrainedModel


@dataclass(frozen=True)
class TrainingPlan:
    """All that shapes a training run besides the model and its tokens."""

    steps: int
    learning_rate: float
    sequence_length: int = 128
    tokens_per_step: int = 2_048
    warmup_steps: int = 20
    final_rate_fraction: float = 0.05
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    seed: int = 0

    def rate_factor(self, step: int) -> float:
        """Linear warm-up times a cosine that ends above zero."""
        warmup = min(1.0, (step + 1) / self.warmup_steps)
        cosine = 0.5 * (1 + math.cos(math.pi * step / self.steps))
        floor = self.final_rate_fraction
        return warmup * (floor + (1 - floor) * cosine)


class Progress:
    """A bar on a terminal; elsewhere one plain line for every tenth."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._is_terminal = sys.stdout.isatty()
        self._started_at = time.monotonic()
        self._last_drawn = 0.0
        self._last_tenth = -1

    def update(self, done: int, loss: float) -> None:
        now = time.monotonic()
        seconds = now - self._started_at
        text = f"loss {loss:.3f}  {seconds:.0f} s"
        if self._is_terminal:
            if now - self._last_drawn < 0.2 and done < self._total:
                return
            self._last_drawn = now
            filled = 30 * done // self._total
            bar = "#" * filled + "." * (30 - filled)
            end = "\n" if done == self._total else ""
            line = f"\r{self._label} [{bar}] {done}/{self._total}  {text} "
            print(line, end=end, flush=True)
        elif 10 * done // self._total > self._last_tenth:
            self._last_tenth = 10 * done // self._total
            print(f"{self._label} {done}/{self._total}  {text}", flush=True)


def train(
    model: PreTrainedModel, tokens: list[int], plan: TrainingPlan, label: str
) -> None:
    """Trains `model` in place with AdamW on next-token cross-entropy.

    Sequences are visited in one seeded order, round and round.
    """
    sequences = _sequences(tokens, plan)
    per_step = plan.tokens_per_step // plan.sequence_length
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=plan.learning_rate,
        betas=(0.9, 0.95),
        weight_decay=plan.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, plan.rate_factor)
    progress = Progress(label, plan.steps)

    model.train()
    for step in range(plan.steps):
        first = step * per_step
        rows = torch.arange(first, first + per_step) % len(sequences)
        loss = next_token_loss(model, sequences[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip_norm)
        optimizer.step()
        schedule.step()
        progress.update(step + 1, loss.item())
    model.eval()


def next_token_loss(
    model: PreTrainedModel, batch: torch.Tensor
) -> torch.Tensor:
    logits = model(input_ids=batch, use_cache=False).logits[:, :-1]
    return functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]).float(), batch[:, 1:].reshape(-1)
    )


def _sequences(tokens: list[int], plan: TrainingPlan) -> torch.Tensor:
    """[count, sequence_length], shuffled by the plan's seed."""
    count = len(tokens) // plan.sequence_length
    used = torch.tensor(tokens[: count * plan.sequence_length])
    order = torch.randperm(
        count, generator=torch.Generator().manual_seed(plan.seed)
    )
    return used.view(count, plan.sequence_length)[order]
