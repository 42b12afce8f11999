"""A worker that sleeps past its lease and wakes up changes nothing."""

from __future__ import annotations

import os
import signal
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


def test_late_result_of_a_frozen_worker_is_refused(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(
        tmp_path,
        Pair(teacher=Shape(32, 24, 4, 2, 8, 12),
             student=Shape(24, 20, 3, 1, 8, 36)),
    )  # fmt: skip
    recipe = write_recipe(tmp_path)

    with Cluster(decant_bin, tmp_path / "cluster", lease_ttl=2) as cluster:
        cluster.start_coordinator()
        cluster.start_worker("frozen")
        job = cluster.submit(recipe)
        running = wait_for(
            "a lease",
            lambda: [u for u in cluster.json("units", job)["units"]
                     if u["state"] == "leased"],
        )  # fmt: skip
        pids = [cluster.workers["frozen"].pid]
        pids += children_of(pids[0])
        for pid in pids:
            kill_quietly(pid, signal.SIGSTOP)

        cluster.start_worker("awake")
        cluster.decant("wait", job)
        before = folder_digest(tmp_path / "made")
        for pid in pids:
            kill_quietly(pid, signal.SIGCONT)
        # It comes back, is told to drop what it held, and is active again.
        wait_for(
            "the frozen worker's return",
            lambda: [w for w in cluster.json("workers")["workers"]
                     if w["id"] == "frozen" and w["state"] == "active"
                     and not w.get("running")],
        )  # fmt: skip

        assert folder_digest(tmp_path / "made") == before
        units = {u["id"]: u for u in cluster.json("units", job)["units"]}
        for unit in running:
            done = units[unit["id"]]
            assert done["state"] == "done"
            if not done.get("cached"):
                assert done["worker_id"] == "awake"
                assert int(done["epoch"]) > int(unit["epoch"])
        assert os.path.exists(tmp_path / "made" / "decant.json")
