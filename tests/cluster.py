"""A coordinator and workers as real processes on loopback, for tests.

Nothing here waits for a fixed time: every wait polls a condition and gives up
only after minutes, so that a slow machine is slow and not wrong.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 300.0


def wait_for(what: str, condition: Callable[[], T | None]) -> T:
    """Polls until `condition` gives something true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s for {what}")


def folder_digest(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder`, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def children_of(pid: int) -> list[int]:
    """Direct children of a process, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        if int(stat.rsplit(")", 1)[1].split()[1]) == pid:
            found.append(int(entry.name))
    return found


def kill_quietly(pid: int, signal_number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        pass


class Cluster:
    """One coordinator and some workers; all are killed at the end."""

    def __init__(self, programs: Path, folder: Path, lease_ttl: float = 2.0):
        self.programs = programs
        self.folder = folder
        self.lease_ttl = lease_ttl
        self.state = folder / "state"
        self.workspace = folder / "workspace"
        self.ports = folder / "ports.json"
        self.coordinator: subprocess.Popen[bytes] | None = None
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *unused: object) -> None:
        for process in [*self.workers.values(), self.coordinator]:
            if process is not None and process.poll() is None:
                kill_quietly(process.pid, signal.SIGCONT)
                process.kill()
                process.wait()

    def _log(self, name: str) -> Any:
        return open(self.folder / f"{name}.log", "ab")  # noqa: SIM115

    def start_coordinator(self) -> None:
        """Starts it, on the port it had before if it had one."""
        self.ports.unlink(missing_ok=True)
        listen = self.address or "127.0.0.1:0"
        self.coordinator = subprocess.Popen(
            [
                self.programs / "decant-coordinator",
                "--listen", listen, "--http", "127.0.0.1:0",
                "--state", self.state, "--workspace", self.workspace,
                "--lease-ttl", str(self.lease_ttl),
                "--port-file", self.ports,
            ],
            stderr=self._log("coordinator"),
        )  # fmt: skip
        wait_for("the coordinator's port file", self._ports_ready)

    def _ports_ready(self) -> bool:
        if self.coordinator is not None and self.coordinator.poll() is not None:
            log = (self.folder / "coordinator.log").read_text()
            raise AssertionError(f"the coordinator ended: {log[-2000:]}")
        if not self.ports.exists():
            return False
        ports = json.loads(self.ports.read_text())
        self.address = f"127.0.0.1:{ports['grpc']}"
        self.http = f"127.0.0.1:{ports['http']}"
        return True

    def start_worker(self, name: str) -> None:
        self.workers[name] = subprocess.Popen(
            [
                self.programs / "decant-worker",
                "--coordinator", self.address, "--id", name,
                "--threads", "1",
            ],
            stderr=self._log(name),
        )  # fmt: skip

    def decant(
        self, *arguments: str | Path, expect: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        """Runs the CLI against this coordinator."""
        done = subprocess.run(
            [self.programs / "decant", "--coordinator", self.address,
             *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if expect is not None:
            assert done.returncode == expect, (
                f"{arguments} gave {done.returncode}, not {expect}:\n"
                f"{done.stdout}\n{done.stderr}"
            )
        return done

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.decant("-o", "json", *arguments).stdout)

    def submit(self, recipe: Path, *arguments: str) -> str:
        return self.json("submit", recipe, *arguments)["job_id"]


def write_recipe(folder: Path, **changes: Any) -> Path:
    """A two-pass recipe over folder/teacher and folder/student."""
    recipe: dict[str, Any] = {
        "name": "double",
        "teacher": {"path": "teacher"},
        "student": {"path": "student"},
        "output": {"path": "made", "dtype": "bfloat16"},
        "steps": [
            {"method": "moe-to-dense", "experts": {"count": 3}},
            {
                "method": "moe-to-dense",
                "experts": {"select": "all"},
                "delta": {"drop": 0.7},
            },
        ],
    } | changes
    path = folder / "recipe.yaml"
    path.write_text(json.dumps(recipe, indent=2))
    return path
