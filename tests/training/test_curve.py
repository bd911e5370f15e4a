"""The picture of how a run went."""

from __future__ import annotations

import sys
from pathlib import Path

import imageio.v3 as imageio
import pytest

from napari_cotracker.core.errors import MissingExtraError, TrackingError
from napari_cotracker.training.curve import draw_curve

HISTORY = [
    {"seconds": 0.0, "losses": {"position": 3.0, "visibility": 0.6, "confidence": 0.7}},
    {"seconds": 900.0, "losses": {"position": 1.0, "visibility": 0.5, "confidence": 0.6}},
    {"seconds": 1800.0, "scores": {"delta_avg": 0.5, "average_jaccard": None, "occlusion_accuracy": 0.9}},
]


@pytest.mark.parametrize("history", [[], HISTORY])
def test_a_curve_is_a_picture(history: list[dict[str, object]], tmp_path: Path) -> None:
    draw_curve(history, tmp_path / "curve.png")
    picture = imageio.imread(tmp_path / "curve.png")
    assert picture.shape[0] > 200 and picture.shape[1] > (600 if history else 300)
    assert [file.name for file in tmp_path.iterdir()] == ["curve.png"]


def test_what_was_noted_is_drawn_and_scores_beside_losses(tmp_path: Path) -> None:
    for name, history in (("less", HISTORY[:1]), ("more", HISTORY[:2]), ("all", HISTORY)):
        draw_curve(history, tmp_path / f"{name}.png")
    less, more, both = (imageio.imread(tmp_path / f"{name}.png")[..., :3] for name in ("less", "more", "all"))
    assert (more != less).any(-1).mean() > 0.005
    assert both.shape[1] == 2 * more.shape[1]


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match="-m pip install matplotlib"):
        draw_curve(HISTORY, tmp_path / "curve.png")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="cannot write"):
        draw_curve(HISTORY, tmp_path / "missing" / "curve.png")
