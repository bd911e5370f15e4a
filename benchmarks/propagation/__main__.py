"""Edits from end to end: ``python -m benchmarks.propagation [--frames 48] [--model lucas-kanade …]``.

A mask and a logo are placed on the first frame of drawn films and carried by tracks that our own trackers make of
them; beside that a pin of four tracked corners, which is what is done by hand elsewhere. J is the mean
intersection over union of the mask, F its boundary measure (both as DAVIS defines them, Perazzi et al. 2016),
PSNR that of the picture where the logo is or should be. Prints a markdown table.
"""

from __future__ import annotations

import argparse

from .films import board, cloth
from .scores import measure


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--model", nargs="+", default=["auto", "lucas-kanade"])
    asked = parser.parse_args()
    print("| film | tracks | edit carried by | J | F | logo, PSNR dB |\n|---|---|---|---|---|---|")
    for film in (board(asked.frames), cloth(asked.frames)):
        for model in asked.model:
            for way, found in measure(film, model).items():
                row = (film.name, model, way, f"{found.j:.3f}", f"{found.f:.3f}", f"{found.psnr:.1f}")
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
