"""Every program that measures can be started: a name that moved is noticed here, and not when somebody wants to measure."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_every_module_that_measures_finds_all_that_it_needs() -> None:
    """In one process of their own: what they share is loaded once. A traceback names the module."""
    names = sorted(path.stem for path in BENCHMARKS.glob("*.py"))
    assert "soaking" in names
    loading = [sys.executable, "-c", "\n".join(f"import {name}" for name in names)]
    found = subprocess.run(loading, cwd=BENCHMARKS, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
