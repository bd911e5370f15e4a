"""The command line keeps numpy's products on one processor."""

import os
import subprocess
import sys

from napari_cotracker.core.threads import VARIABLE

PROGRAM = """
import os, sys
import napari_cotracker.cli_threads
assert "numpy" not in sys.modules
import napari_cotracker.cli
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


def said(**more: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=kept | more, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_one_thread_before_numpy_is_loaded() -> None:
    assert said() == "1"


def test_what_the_user_says_stays() -> None:
    assert said(**{VARIABLE: "4"}) == "4"
