"""Interrupted and repeated, a job resumes; a changed option re-runs only what
depends on it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from cluster import folder_digest, wait_for, write_recipe
from oracle.random_pair import Pair, Shape, write_pair

# Enough layers that an interrupt hits the middle.
LONG = Pair(teacher=Shape(32, 24, 4, 2, 8, 12), student=Shape(24, 16, 3, 1, 8, 36))


def private(decant_bin: Path, folder: Path, *arguments: str) -> list[str]:
    return [
        str(decant_bin / "decant"), *arguments,
        "--state", str(folder / "state"),
        "--workspace", str(folder / "workspace"),
    ]  # fmt: skip


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_interrupted_run_resumes_to_the_same_bytes(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, LONG)
    recipe = write_recipe(tmp_path)
    command = private(decant_bin, tmp_path, "run", str(recipe))
    results = tmp_path / "workspace" / "results"

    interrupted = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for("some results", lambda: len(list(results.glob("*/*.json"))) > 20)
    interrupted.send_signal(signal.SIGINT)
    _, errors = interrupted.communicate()
    assert interrupted.returncode == 130, errors
    assert "repeat" in errors
    assert not (tmp_path / "made").exists()
    known = len(list(results.glob("*/*.json")))

    repeated = run(command)
    assert repeated.returncode == 0, repeated.stderr
    resumed = folder_digest(tmp_path / "made")
    assert len(list(results.glob("*/*.json"))) > known

    other = tmp_path / "undisturbed"
    other.mkdir()
    fresh = run(
        private(decant_bin, other, "run", str(recipe),
                "--set", f"output.path={other / 'made'}")
    )  # fmt: skip
    assert fresh.returncode == 0, fresh.stderr
    assert folder_digest(other / "made") == resumed


def test_finished_run_repeated_is_done_at_once(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, Pair())
    command = private(
        decant_bin, tmp_path, "run", str(write_recipe(tmp_path))
    )
    assert run(command).returncode == 0
    before = folder_digest(tmp_path / "made")

    again = run(command)

    assert again.returncode == 0, again.stderr
    assert folder_digest(tmp_path / "made") == before


def test_changed_drop_reuses_what_does_not_depend_on_it(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, Pair())
    recipe = write_recipe(tmp_path)
    first = run(private(decant_bin, tmp_path, "run", str(recipe)))
    assert first.returncode == 0, first.stderr

    changed = ["--set", "steps.0.delta.drop=0.5",
               "--set", f"output.path={tmp_path / 'other'}"]  # fmt: skip
    planned = run(
        private(decant_bin, tmp_path, "-o", "json", "plan", str(recipe),
                *changed)
    )  # fmt: skip
    assert planned.returncode == 0, planned.stderr
    phases = json.loads(planned.stdout)["phases"]
    for phase in phases:
        independent = phase["phase"] in ("fingerprint", "select", "project")
        expected = phase["units"] if independent else 0
        assert phase["cached"] == expected, phase

    done = run(private(decant_bin, tmp_path, "run", str(recipe), *changed))
    assert done.returncode == 0, done.stderr
    jobs = json.loads(
        run(private(decant_bin, tmp_path, "-o", "json", "ls")).stdout
    )["jobs"]
    cached = sum(p["cached"] for p in phases)
    assert sorted(j.get("units_cached", 0) for j in jobs) == [0, cached]
