"""Every verb against a live coordinator: exit codes, tables and JSON."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from cluster import Cluster, wait_for, write_recipe
from oracle.random_pair import Pair, write_pair


@pytest.fixture(scope="module")
def finished(decant_bin: Path, tmp_path_factory: pytest.TempPathFactory):
    """A cluster with one finished job, and a rejected one."""
    folder = tmp_path_factory.mktemp("verbs")
    write_pair(folder, Pair())
    recipe = write_recipe(folder)
    with Cluster(decant_bin, folder / "cluster") as cluster:
        cluster.start_coordinator()
        cluster.start_worker("w0")
        cluster.job = cluster.submit(recipe)
        cluster.decant("wait", cluster.job)
        cluster.recipe = recipe
        yield cluster


def test_show_and_ls_know_the_job(finished: Cluster) -> None:
    job = finished.json("show", finished.job)
    assert job["id"] == finished.job
    assert job["state"] == "done"
    assert int(job["units"]) == int(job["units_done"])
    listed = finished.json("ls")["jobs"]
    assert finished.job in {j["id"] for j in listed}
    assert finished.job in finished.decant("ls").stdout


def test_units_why_and_workers(finished: Cluster) -> None:
    units = finished.json("units", finished.job)["units"]
    assert {u["state"] for u in units} == {"done"}
    assert finished.decant("why", finished.job).stdout
    workers = finished.json("workers")["workers"]
    assert workers[0]["id"] == "w0"
    assert "w0" in finished.decant("workers").stdout


def test_submitting_again_is_the_same_job(finished: Cluster) -> None:
    assert finished.submit(finished.recipe) == finished.job


def test_watch_and_wait_end_on_a_finished_job(finished: Cluster) -> None:
    assert finished.decant("watch", finished.job).returncode == 0
    assert finished.decant("wait", finished.job).returncode == 0


def test_unknown_job_is_not_found(finished: Cluster) -> None:
    for verb in ("show", "wait", "cancel", "pause", "resume", "retry", "units"):
        done = finished.decant(verb, "j-none", expect=3)
        assert "j-none" in done.stderr


def test_failed_gate_exits_8_and_keeps_the_model_aside(
    finished: Cluster,
) -> None:
    output = finished.folder.parent / "gated"
    gate = '[{"metric": "changed_elements_fraction", "max": 0.0001}]'
    job = finished.submit(
        finished.recipe, "--set", f"output.path={output}",
        "--set", f"gates={gate}",
    )  # fmt: skip
    done = finished.decant("wait", job, expect=8)
    assert not output.exists()
    assert (Path(f"{output}.rejected") / "decant.json").exists()
    shown = finished.decant("show", job).stdout
    assert "changed_elements_fraction" in shown + done.stderr


def test_cancelled_job_exits_7_and_retry_brings_it_to_its_end(
    finished: Cluster,
) -> None:
    output = finished.folder.parent / "cancelled"
    job = finished.submit(
        finished.recipe, "--set", f"output.path={output}", "--set", "seed=9"
    )
    finished.decant("pause", job)
    finished.decant("cancel", job)
    finished.decant("wait", job, expect=7)
    finished.decant("retry", job)
    finished.decant("wait", job)
    assert output.exists()


def test_local_verbs_on_the_made_model(finished: Cluster) -> None:
    folder = finished.folder.parent
    finished.decant("verify", folder / "made")
    shown = json.loads(
        finished.decant("-o", "json", "inspect", folder / "teacher").stdout
    )
    assert shown["family"] == "qwen3_moe"
    changed = json.loads(
        finished.decant(
            "-o", "json", "diff", folder / "student", folder / "made"
        ).stdout
    )
    assert changed
    assert "decant" in finished.decant("version").stdout


def test_tampered_model_does_not_verify(finished: Cluster) -> None:
    made = finished.folder.parent / "made" / "model.safetensors"
    original = made.read_bytes()
    made.unlink()
    made.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    done = finished.decant(
        "verify", finished.folder.parent / "made", expect=None
    )
    made.write_bytes(original)
    assert done.returncode not in (0, 130)
    assert "model." in done.stderr


def test_metrics_are_valid(finished: Cluster) -> None:
    url = f"http://{finished.http}"
    health = urllib.request.urlopen(f"{url}/healthz").status
    assert health == 200
    text = urllib.request.urlopen(f"{url}/metrics").read()
    assert b"decant_build_info" in text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True,
        check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_second_coordinator_is_refused(finished: Cluster) -> None:
    program = finished.programs / "decant-coordinator"
    same_database = subprocess.run(
        [program, "--state", finished.state, "--workspace",
         finished.workspace, "--listen", "127.0.0.1:0", "--http", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    other_database = subprocess.run(
        [program, "--state", finished.folder / "other", "--workspace",
         finished.workspace, "--listen", "127.0.0.1:0", "--http", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    busy_port = subprocess.run(
        [program, "--state", finished.folder / "third", "--workspace",
         finished.folder / "third-ws", "--listen", finished.address,
         "--http", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    everywhere = subprocess.run(
        [program, "--state", finished.folder / "fourth", "--workspace",
         finished.folder / "fourth-ws", "--listen", "0.0.0.0:0",
         "--http", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    for done, word in (
        (same_database, "decant.db"), (other_database, "belongs to"),
        (busy_port, "in use"), (everywhere, "loopback"),
    ):  # fmt: skip
        assert done.returncode != 0
        assert word in done.stderr, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_unreachable_coordinator_exits_5(decant_bin: Path) -> None:
    done = subprocess.run(
        [decant_bin / "decant", "--coordinator", "127.0.0.1:1", "ls"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "127.0.0.1:1" in done.stderr


def test_pausing_stops_leases(finished: Cluster) -> None:
    output = finished.folder.parent / "paused"
    job = finished.submit(
        finished.recipe, "--set", f"output.path={output}", "--set", "seed=4"
    )
    finished.decant("pause", job)
    wait_for(
        "the pause",
        lambda: finished.json("show", job)["state"] == "paused",
    )
    finished.decant("resume", job)
    finished.decant("wait", job)
    assert output.exists()
