"""The number of workers never shows in the bytes."""

from __future__ import annotations

from pathlib import Path

from cluster import Cluster, folder_digest, write_recipe
from oracle.random_pair import Pair, write_pair


def test_one_two_and_three_workers_make_identical_folders(
    decant_bin: Path, tmp_path: Path
) -> None:
    write_pair(tmp_path, Pair())
    recipe = write_recipe(tmp_path)
    digests = []
    for count in (1, 2, 3):
        with Cluster(decant_bin, tmp_path / f"cluster{count}") as cluster:
            cluster.start_coordinator()
            for index in range(count):
                cluster.start_worker(f"w{index}")
            output = tmp_path / f"made{count}"
            job = cluster.submit(recipe, "--set", f"output.path={output}")
            cluster.decant("wait", job)
            digests.append(folder_digest(output))

    assert "model.safetensors" in digests[0]
    assert digests[0] == digests[1] == digests[2]
