"""kill -9 at random moments never changes a byte of the result."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from cluster import (
    Cluster,
    children_of,
    folder_digest,
    kill_quietly,
    wait_for,
    write_recipe,
)
from oracle.random_pair import Pair, Shape, write_pair

KILLS = 30
LONG = Pair(
    teacher=Shape(32, 40, 4, 2, 8, 12), student=Shape(24, 30, 3, 1, 8, 36)
)


def undisturbed(decant_bin: Path, folder: Path, recipe: Path) -> dict[str, str]:
    """The bytes a quiet run makes."""
    folder.mkdir()
    output = folder / "made"
    done = subprocess.run(
        [decant_bin / "decant", "run", recipe, "--threads", "1",
         "--state", folder / "state", "--workspace", folder / "workspace",
         "--set", f"output.path={output}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder_digest(output)


def assert_one_effect_per_unit(database: Path) -> None:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    units, = connection.execute("SELECT count(*) FROM unit_specs").fetchone()
    effects, = connection.execute(
        "SELECT count(*) FROM effects WHERE generation = 0"
    ).fetchone()
    doubled = connection.execute(
        "SELECT job_id, unit_id FROM effects GROUP BY job_id, unit_id, "
        "generation HAVING count(*) > 1"
    ).fetchall()
    connection.close()
    assert units > 0
    assert effects == units
    assert doubled == []


def test_killed_daemons_runners_and_coordinators(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, LONG)
    recipe = write_recipe(tmp_path)
    wanted = undisturbed(decant_bin, tmp_path / "quiet", recipe)
    chance = random.Random(7)
    output = tmp_path / "noisy"

    with Cluster(decant_bin, tmp_path / "cluster", lease_ttl=2) as cluster:
        cluster.start_coordinator()
        for name in ("w0", "w1"):
            cluster.start_worker(name)
        job = cluster.submit(recipe, "--set", f"output.path={output}")
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.8))
            victim = chance.choice(["daemon", "runner", "coordinator"])
            name = chance.choice(["w0", "w1"])
            if victim == "coordinator":
                assert cluster.coordinator is not None
                cluster.coordinator.kill()
                cluster.coordinator.wait()
                cluster.start_coordinator()
            elif victim == "daemon":
                cluster.workers[name].kill()
                cluster.workers[name].wait()
                cluster.start_worker(name)
            else:
                for runner in children_of(cluster.workers[name].pid):
                    kill_quietly(runner)
        cluster.decant("wait", job)
        assert cluster.coordinator is not None
        cluster.coordinator.terminate()
        cluster.coordinator.wait()
        assert_one_effect_per_unit(cluster.state / "decant.db")

    assert folder_digest(output) == wanted


def tree_of(pid: int) -> list[int]:
    found = [pid]
    for child in children_of(pid):
        found.extend(tree_of(child))
    return found


def run_with_kills(
    decant_bin: Path, folder: Path, recipe: Path, lose_database: bool
) -> dict[str, str]:
    """Kills the whole process tree of `decant run` until it has ended well."""
    folder.mkdir()
    chance = random.Random(11)
    output = folder / "made"
    command = [
        str(decant_bin / "decant"), "run", str(recipe), "--threads", "1",
        "--state", str(folder / "state"),
        "--workspace", str(folder / "workspace"),
        "--set", f"output.path={output}",
    ]  # fmt: skip
    if lose_database:
        # Whose database is gone must say so: else a second coordinator could
        # take a workspace by accident.
        command.append("--take-over-workspace")
    for _ in range(KILLS):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2, 3.0))
        victims = tree_of(process.pid)
        for victim in victims:
            kill_quietly(victim, signal.SIGSTOP)
        for victim in victims:
            kill_quietly(victim)
        process.wait()
        if lose_database:
            wait_for(
                "the children to end",
                lambda v=victims: not any(
                    Path(f"/proc/{p}/exe").exists() for p in v
                ),
            )
            shutil.rmtree(folder / "state", ignore_errors=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder_digest(output)


def test_killed_process_tree_of_a_private_run(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, LONG)
    recipe = write_recipe(tmp_path)
    wanted = undisturbed(decant_bin, tmp_path / "quiet", recipe)

    made = run_with_kills(decant_bin, tmp_path / "noisy", recipe, False)

    assert made == wanted
    databases = list((tmp_path / "noisy" / "state").rglob("decant.db"))
    assert len(databases) == 1
    assert_one_effect_per_unit(databases[0])


def test_lost_database_loses_no_work(decant_bin: Path, tmp_path: Path) -> None:
    write_pair(tmp_path, LONG)
    recipe = write_recipe(tmp_path)
    wanted = undisturbed(decant_bin, tmp_path / "quiet", recipe)

    assert run_with_kills(decant_bin, tmp_path / "noisy", recipe, True) == wanted
