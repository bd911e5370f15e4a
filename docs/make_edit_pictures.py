"""Makes the pictures of the page on edits that stick, from the real commands on the sample clips.

    python docs/make_edit_pictures.py [FOLDER [mask | logo | steady | blur]]

Every picture is a row of frames: what somebody did on the left, what came of it on the right. It paints a mask or a
logo as a person would, runs `napari-cotracker track` and `propagate`, and writes edit-NAME.png into FOLDER, or
docs/images. It takes about two minutes; what it makes on the way goes afterwards.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

LIMIT = 200_000  # bytes
WIDTH, GAP, COLOURS = 1192, 8, 255
Points = list[tuple[float, float]]
Box = tuple[int, int, int, int]

BEETLE: Points = [
    (256, 310), (258, 304), (262, 300), (269, 295), (276, 292), (284, 291), (291, 292), (296, 291), (302, 291),
    (308, 293), (313, 296), (315, 301), (312, 306), (311, 310), (309, 313), (304, 316), (301, 320), (297, 325),
    (290, 329), (281, 331), (274, 331), (267, 329), (261, 326), (257, 320), (255, 315)]
CLOTH: Points = [(163, 78), (217, 78), (220, 110), (221, 145), (200, 148), (170, 146), (165, 130), (161, 100)]
LOGO: Points = [(169, 91), (212, 91), (214, 134), (171, 134)]
VAN: Points = [(227, 200), (337, 200), (337, 228), (227, 228)]
LETTERS: Points = [(229, 210), (297, 210), (297, 245), (229, 245)]
HEART = (312, 200)
GREEN, RED, CREAM = (36, 74, 60), (196, 44, 52), (250, 240, 212)


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            panes = PICTURES[name](Path(work))
        path = folder / f"edit-{name}.png"
        save(panes, path)
        size = path.stat().st_size
        print(f"{size / 1000:7.0f} kB  {path.name}{'  TOO LARGE' if size > LIMIT else ''}")


def mask(work: Path) -> list[Image.Image]:
    """A ladybird that crawls behind grass and beneath a leaf."""
    film = clip("insects")
    paint(BEETLE, film, work / "beetle.png", 5)
    track(film, work, f"--grid 60 --frame 69 --mask {work}/beetle.png")
    propagate(f"mask {work}/tracks.npz --video {film} --mask {work}/beetle.png@69 -o {work}/out.mp4 -O crf=6 "
              "-O strength=0.6")
    return crops(work / "out.mp4", [69, 62, 76, 79], (180, 215, 400, 375))


def logo(work: Path) -> list[Image.Image]:
    """A badge on cloth in the wind; the first frame shows it, and where it is put."""
    film, box = clip("street"), (90, 50, 270, 200)
    paint(CLOTH, film, work / "cloth.png")
    badge().save(work / "logo.png")
    track(film, work, f"--grid 60 --frame 40 --mask {work}/cloth.png")
    corners = " ".join(f"{x},{y}" for x, y in LOGO)
    propagate(f"pin {work}/tracks.npz --video {film} --corners '{corners}@40' -o {work}/pin.mp4 -O crf=6")
    propagate(f"insert {work}/tracks.npz --video {film} --image {work}/logo.png --corners '{corners}@40' "
              f"-O brightness=yes -o {work}/out.mp4 -O crf=6")
    asked = crops(work / "pin.mp4", [40], box)
    asked[0].paste(badge(96).resize((48, 48)), (4, 98), badge(96).resize((48, 48)))
    return asked + crops(work / "out.mp4", [40, 12, 84], box)


def steady(work: Path) -> list[Image.Image]:
    """The mean of 25 frames as filmed and held still; a heart painted on a steady frame, and on one of the film."""
    film, box = clip("street"), (130, 60, 370, 240)
    track(film, work, "--grid 16 --frame 40")
    propagate(f"stabilise {work}/tracks.npz --video {film} --reference 40 -O border=black -o {work}/steady.mp4 "
              "-O crf=6")
    heart(frames_of(film, [40])[0].size).save(work / "paint.png")
    propagate(f"back {work}/paint.png --video {film} --steady {work}/steady.mp4.steady.json -o {work}/fixed.mp4 "
              "-O crf=6")
    painted = crops(work / "steady.mp4", [50], box)
    paint_on = Image.open(work / "paint.png").crop(box)
    painted[0].paste(paint_on, (0, 0), paint_on)
    return [mean_of(film, 30, 55).crop(box), mean_of(work / "steady.mp4", 30, 55).crop(box), *painted,
            *crops(work / "fixed.mp4", [16], box)]


def blur(work: Path) -> list[Image.Image]:
    """The lettering of a van that passes a post; the first frame shows what was painted."""
    film, box = clip("street"), (80, 140, 380, 288)
    paint(VAN, film, work / "van.png")
    paint(LETTERS, film, work / "letters.png", 5)
    track(film, work, f"--grid 60 --frame 80 --mask {work}/van.png")
    words = f"{work}/tracks.npz --video {film} --mask {work}/letters.png@80 -O crf=6 -O behind=no"
    propagate(f"mask {words} -o {work}/mask.mp4")
    propagate(f"effect {words} --effect blur -O radius=12 -O feather=4 -o {work}/out.mp4")
    return crops(work / "mask.mp4", [80], box) + crops(work / "out.mp4", [80, 52, 64], box)


def clip(name: str) -> Path:
    """The film of a sample clip."""
    from napari_cotracker.core.samples import sample_clip

    return sample_clip(name)


def track(film: Path, work: Path, words: str) -> None:
    run(f"track {film} {words} --model lucas-kanade -o {work}/tracks.npz")


def propagate(words: str) -> None:
    run(f"propagate {words}")


def run(words: str) -> None:
    """A command of the program, as in a terminal."""
    subprocess.run([sys.executable, "-m", "napari_cotracker", *shlex.split(words)], check=True, cwd=ROOT)


def frames_of(film: Path, frames: list[int]) -> list[Image.Image]:
    from napari_cotracker.tasks.open import open_video

    opened = open_video(film)
    try:
        return [Image.fromarray(picture[..., :3]) for picture in np.asarray(opened.read(frames))]
    finally:
        opened.close()


def crops(film: Path, frames: list[int], box: Box) -> list[Image.Image]:
    return [picture.crop(box) for picture in frames_of(film, frames)]


def mean_of(film: Path, first: int, last: int) -> Image.Image:
    pictures = [np.asarray(picture, float) for picture in frames_of(film, list(range(first, last)))]
    return Image.fromarray(np.mean(pictures, 0).round().astype(np.uint8))


def paint(outline: Points, film: Path, path: Path, label: int = 255) -> None:
    """White within an outline, black elsewhere, as large as the film."""
    picture = Image.new("L", frames_of(film, [0])[0].size)
    ImageDraw.Draw(picture).polygon(outline, label)
    picture.save(path)


def badge(size: int = 512) -> Image.Image:
    """A round one with a cup on it, transparent around."""
    picture = Image.new("RGBA", (size, size), (*CREAM, 0))
    draw = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float) -> list[float]:
        return [size * share for share in (left, top, right, bottom)]

    for inset, colour in ((0.01, GREEN), (0.06, CREAM), (0.10, GREEN)):
        draw.ellipse(box(inset, inset, 1 - inset, 1 - inset), (*colour, 255))
    draw.ellipse(box(0.58, 0.40, 0.80, 0.62), outline=(*CREAM, 255), width=size // 20)
    draw.pieslice(box(0.26, 0.12, 0.70, 0.70), 0, 180, (*CREAM, 255))
    draw.rounded_rectangle(box(0.22, 0.73, 0.74, 0.79), size // 40, (*CREAM, 255))
    for left in (0.36, 0.48, 0.60):
        draw.rounded_rectangle(box(left - 0.02, 0.20, left + 0.02, 0.35), size // 50, (*CREAM, 255))
    return picture


def heart(size: tuple[int, int]) -> Image.Image:
    """One in red, transparent around, as large as the film."""
    angles = np.linspace(0, 2 * np.pi, 90)
    x = 16 * np.sin(angles) ** 3
    y = 13 * np.cos(angles) - 5 * np.cos(2 * angles) - 2 * np.cos(3 * angles) - np.cos(4 * angles)
    picture = Image.new("RGBA", (4 * size[0], 4 * size[1]), (*RED, 0))
    outline = [(4 * (HEART[0] + a), 4 * (HEART[1] - b)) for a, b in zip(x, y)]
    ImageDraw.Draw(picture).polygon(outline, (*RED, 235))
    return picture.resize(size, Image.Resampling.LANCZOS)


def save(panes: list[Image.Image], path: Path) -> None:
    """Side by side, in few colours; what is between them is transparent, so that it suits light and dark pages."""
    width = (WIDTH - GAP * (len(panes) - 1)) // len(panes)
    height = round(width * panes[0].height / panes[0].width)
    row = Image.new("RGB", (WIDTH, height))
    between = np.ones((height, WIDTH), bool)
    for k, pane in enumerate(panes):
        left = k * (width + GAP)
        row.paste(pane.resize((width, height), Image.Resampling.LANCZOS), (left, 0))
        between[:, left:left + width] = False
    flat = row.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    pixels = np.where(between, COLOURS, np.asarray(flat)).astype(np.uint8)
    made = Image.fromarray(pixels, "P")
    made.putpalette([*(flat.getpalette() or [])[: 3 * COLOURS], 0, 0, 0])
    made.save(path, optimize=True, transparency=COLOURS)


PICTURES = {"mask": mask, "logo": logo, "steady": steady, "blur": blur}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images", sys.argv[2:] or list(PICTURES))
