"""Render the validation clips and their exact tracks: ``python -m benchmarks.validation --out DIR [NAME …]``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2

from .suite import CLIPS, render


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Render the validation clips and their exact tracks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(CLIPS)}; all if none is given")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(CLIPS)
    if unknown:
        parser.error(f"expected names out of {', '.join(CLIPS)}, got {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)  # the same pixels whatever the machine
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or CLIPS:
        start = time.perf_counter()
        print(f"{render(name, chosen.out)} ({time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
