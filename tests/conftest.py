"""What the Python tests share: where the programs and the demo models are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def demo_dir() -> Path:
    """Folder of the demo models ($DECANT_DEMO_DIR), made if absent."""
    folder = Path(os.environ.get("DECANT_DEMO_DIR", REPOSITORY / "demo"))
    maker = REPOSITORY / "deploy" / "demo" / "make_models.py"
    command = [sys.executable, str(maker), "--output", str(folder)]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def decant_bin() -> Path:
    """Folder of the programs under test ($DECANT_BIN)."""
    default = REPOSITORY / "build" / "dev" / "bin"
    folder = Path(os.environ.get("DECANT_BIN", default))
    if not os.access(folder / "decant", os.X_OK):
        pytest.fail(
            f"{folder}/decant is not there: build it (cmake --build --preset "
            "dev) or point DECANT_BIN at the folder of the programs"
        )
    return folder
