"""Every program that measures can be started: a name that moved is noticed here, and not when somebody wants to measure."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCHMARKS.glob("*.py")))
def test_a_module_that_measures_finds_all_that_it_needs(name: str) -> None:
    found = subprocess.run([sys.executable, "-c", f"import {name}"], cwd=BENCHMARKS, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
