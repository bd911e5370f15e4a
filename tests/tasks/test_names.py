"""Names of points out of whatever has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.skeleton import Skeleton
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.export import write_tracks
from napari_cotracker.tasks.names import names_of

SINGLE = "scorer: me\nmultianimalproject: false\nbodyparts:\n- nose\n- tail\nskeleton:\n- - nose\n  - tail\n"
MULTI = ("multianimalproject: true\nindividuals:\n- m1\n- m2\nuniquebodyparts:\n- corner\nmultianimalbodyparts:\n"
         "- nose\n- tail\nbodyparts: MULTI!\nskeleton: []\n")


@pytest.mark.parametrize(("text", "expected"), [
    (SINGLE, Skeleton(("nose", "tail"), (), (("nose", "tail"),))),
    (MULTI, Skeleton(("nose", "tail", "/corner"), ("m1", "m2"))),
])
def test_a_project_of_deeplabcut(tmp_path: Path, text: str, expected: Skeleton) -> None:
    (tmp_path / "config.yaml").write_text(text)
    assert names_of(tmp_path / "config.yaml") == expected


@pytest.mark.parametrize("text", ["", "bodyparts: 3\n", "[", "bodyparts:\n- 1: 2\nskeleton: x\n"])
def test_a_config_without_names_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    if "- 1" in text:
        assert names_of(tmp_path / "config.yaml").edges == ()
        return
    with pytest.raises(FormatError, match=r"names of points, got 'config.yaml'"):
        names_of(tmp_path / "config.yaml")
    with pytest.raises(FormatError, match="does not exist"):
        names_of(tmp_path / "other.yaml")


def tracks(*names: str) -> Tracks:
    xy = np.full((3, len(names), 2), 4, np.float32)
    scores = np.ones(xy.shape[:2], np.float32)
    return Tracks(np.arange(len(names)), xy, scores, scores, names=names,
                  meta={"size": (64, 48), "skeleton": [["nose", "tail"]]})


@pytest.mark.parametrize("name", ["a.npz", "a.csv", "a.json", "a.nk"])
def test_labels_of_any_format(tmp_path: Path, name: str) -> None:
    write_tracks(tmp_path / name, tracks("nose", "tail"))
    assert names_of(tmp_path / name).names == ("nose", "tail")


def test_a_session(tmp_path: Path) -> None:
    with Session.create(tmp_path / "film1.cotracker", 3, (64, 48), {"keypoints": ["ear", "nose"]}) as session:
        session.add_points(0, [[1, 1]], names=["m1/nose"])
    assert names_of(tmp_path / "film1.cotracker") == Skeleton(("ear", "nose"), ("m1",))


def test_points_that_are_only_numbered_have_no_names(tmp_path: Path) -> None:
    write_tracks(tmp_path / "a.npz", tracks("point 0", "point 1"))
    with pytest.raises(FormatError, match=r"expected a file with names of points, got 'a.npz'"):
        names_of(tmp_path / "a.npz")
