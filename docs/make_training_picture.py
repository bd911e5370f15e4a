"""Makes the picture of drawn solid bodies on the page on training, with the generator that training uses.

    python docs/make_training_picture.py [FOLDER]

Six clips by six seeds, four frames of each, with the textures that need no folder of photographs, as `Studio` draws
them: before they are mirrored, reversed or covered for use in a step. It writes training-solids.png into FOLDER, or
docs/images, and takes a minute or two on two cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from napari_cotracker.training.chance import Chance  # noqa: E402
from napari_cotracker.training.clips import ClipSizes, Workshop  # noqa: E402
from napari_cotracker.training.studio import Studio  # noqa: E402
from napari_cotracker.training.textures import load_photos  # noqa: E402

LIMIT = 300_000  # bytes
TEXTURES, SEEDS, COLUMNS = 11, (0, 3, 7, 8, 11, 15), 2
LENGTH, FRAMES, SIDE, SHOWN = 16, (0, 5, 10, 15), 192, 144


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "training-solids.png"
    studio = Studio(Workshop(Chance(TEXTURES), photos=load_photos()).textures)
    strips = [strip(studio, seed, SIDE, SHOWN) for seed in SEEDS]
    rows = [np.concatenate(strips[k : k + COLUMNS], 1) for k in range(0, len(strips), COLUMNS)]
    flat = Image.fromarray(np.concatenate(rows)).quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{size / 1000:7.0f} kB  {path.name}{'  TOO LARGE' if size > LIMIT else ''}")


def strip(studio: Studio, seed: int, side: int, shown: int) -> np.ndarray:
    """Some frames of one clip beside one another."""
    clip = studio.make(Chance(seed), ClipSizes(1, LENGTH, 4, (side, side)))
    frames = clip.video[0, list(FRAMES)].permute(0, 2, 3, 1).numpy()
    small = [Image.fromarray(frame).resize((shown, shown), Image.Resampling.LANCZOS) for frame in frames]
    return np.concatenate([np.asarray(frame) for frame in small], 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
