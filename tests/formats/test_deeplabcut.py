"""Labels in a DeepLabCut project: read with pandas as DeepLabCut does, and joined with what is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import deeplabcut
from napari_cotracker.formats.dlc_plan import Options
from tests.formats.fuzzing import check, check_apart
from tests.formats.samples import plain_tracks

pd = pytest.importorskip("pandas")
GOLDEN = Path(__file__).parent / "golden" / "deeplabcut"
CONFIG = """Task: reach
scorer: Anna   # who
multianimalproject: {multi}
video_sets:
  films/v.mp4:
    crop: 0, 640, 0, 480
bodyparts:
- nose
- 'tail base'
individuals:
- mouse 1
uniquebodyparts: []
multianimalbodyparts: [nose, tail]
skeleton: []
"""


def tracks(**cells):
    """Two tracks over five frames: the point (10, 20) moves by (1, 0.5), every state in the first."""
    t, n = np.mgrid[0:5, 0:2]
    xy = np.stack([10 + t + 100.0 * n, 20 + 0.5 * t], -1).astype(np.float32)
    state = np.full((5, 2), State.VISIBLE, np.uint8)
    state[:, 0] = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN]
    xy[[2, 4], 0] = np.nan
    ones = np.ones((5, 2), np.float32)
    return replace(Tracks(np.array([1, 2]), xy, ones, ones, state, names=("nose", "tail base"),
                          meta={"size": (1920, 1080)}), **cells)


def by(source, *cells):
    marks = np.full((5, 2), Source.PREDICTED, np.uint8)
    for cell in cells:
        marks[cell] = source
    return marks


def project(folder, multi="false"):
    (folder / "config.yaml").write_text(CONFIG.format(multi=multi))
    (folder / "labeled-data").mkdir()
    return folder / "labeled-data" / "v"


def put(path, what=None, pictures=None, **options):
    return deeplabcut.write(path, tracks() if what is None else what, Options(**options), pictures)


def as_deeplabcut(folder, scorer="Anna"):
    """As it reads labels: the .h5, with rows of three levels; and the .csv with its header lines."""
    found = pd.read_hdf(folder / f"CollectedData_{scorer}.h5", "df_with_missing")
    levels = list(range(found.columns.nlevels))
    text = pd.read_csv(folder / f"CollectedData_{scorer}.csv", index_col=[0, 1, 2], header=levels)
    assert found.index.nlevels == 3
    np.testing.assert_array_equal(text.to_numpy(float), found.to_numpy())
    assert text.index.to_list() == found.index.to_list() and text.columns.to_list() == found.columns.to_list()
    return found


def test_deeplabcut_finds_the_points_in_the_rows_of_their_pictures(tmp_path):
    folder = project(tmp_path)
    assert put(folder, tracks(source=by(Source.HUMAN, (0, 0), (3, 1)))) == [
        "2 labelled pictures are not in the folder, for the film is not at hand; name it (--video FILM on the command "
        "line)."]
    found = as_deeplabcut(folder)
    assert list(found.columns.names) == ["scorer", "bodyparts", "coords"]
    assert found.index.to_list() == [("labeled-data", "v", "img0.png"), ("labeled-data", "v", "img3.png")]
    assert found["Anna"]["nose"].iloc[0].to_list() == [10, 20]
    assert found["Anna"]["tail base"].to_numpy().tolist() == [[110, 20], [113, 21.5]]
    assert found["Anna"]["nose"].iloc[1].isna().all()  # out of the picture
    assert deeplabcut.preview(folder, tracks(source=by(Source.HUMAN, (0, 0))), Options()) == []


def test_only_visible_points_are_labels(tmp_path):
    put(tmp_path / "v", frames="all")
    found = as_deeplabcut(tmp_path / "v", "napari-cotracker")
    assert np.isfinite(found.to_numpy()[:, 0]).tolist() == [True, False, False, False, False]
    got = deeplabcut.read(tmp_path / "v")
    assert got.names == ("nose", "tail base") and got.n_frames == 5
    assert (got.source[np.isfinite(got.xy).all(-1)] == Source.IMPORTED).all()
    np.testing.assert_array_equal(got.xy[:, 1], tracks().xy[:, 1])


def test_several_animals_have_every_body_part(tmp_path):
    folder = project(tmp_path, "true")
    names = ("mouse 1/nose", "corner")
    notes = put(folder, tracks(names=names))
    assert any("lacks 'corner' under uniquebodyparts" in note for note in notes)
    found = as_deeplabcut(folder)
    assert list(found.columns.names) == ["scorer", "individuals", "bodyparts", "coords"]
    assert found.columns.to_list() == [("Anna", "mouse 1", "nose", "x"), ("Anna", "mouse 1", "nose", "y"),
                                       ("Anna", "single", "corner", "x"), ("Anna", "single", "corner", "y")]
    assert deeplabcut.read(folder).names == names


def test_individuals_do_not_go_into_a_project_of_one_animal(tmp_path):
    folder = project(tmp_path)
    notes = put(folder, tracks(names=("mouse 1/nose", "mouse 1/tail")))
    assert any("'mouse 1' is not written" in note for note in notes)
    assert as_deeplabcut(folder).columns.nlevels == 3
    with pytest.raises(FormatError, match="tracks of one animal"):
        put(folder, tracks(names=("a/nose", "b/nose")))


def others(folder, **more):
    """Labels of a user: another body part, another row, and the same point elsewhere; a DataFrame's own index."""
    folder.mkdir()
    columns = pd.MultiIndex.from_product([["Anna"], ["paw", "nose"], ["x", "y"]],
                                         names=["scorer", "bodyparts", "coords"])
    rows = pd.MultiIndex.from_tuples([("labeled-data", "v", f"img{k:03d}.png") for k in (0, 7)])
    frame = pd.DataFrame([[1.5, 2.5, 13.0, 24.0], [3, 4, 5, 6]], rows, columns)
    if more.get("one_level"):
        frame.index = ["/".join(row) for row in rows] if more["one_level"] == "/" else ["\\".join(row) for row in rows]
    frame.to_hdf(folder / "CollectedData_Anna.h5", key=more.get("key", "df_with_missing"), mode="w")
    frame.to_csv(folder / "CollectedData_Anna.csv")
    return frame


@pytest.mark.parametrize("more", [{}, {"one_level": "/"}, {"one_level": "\\"}, {"key": "keypoints"}], ids=str)
def test_labels_of_others_stay_and_changes_are_told_first(more, tmp_path):
    folder = project(tmp_path)
    others(folder, **more)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    what = tracks(source=by(Source.HUMAN, (0, 0), (1, 0)))
    assert deeplabcut.preview(folder, what, Options()) == [
        "1 label would move, by up to 5.0 pixels: 'nose' in v/img000.png from (13.0, 24.0) to (10.0, 20.0)."]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    notes = put(folder, what)
    assert any("lacks 'paw' under bodyparts" in note for note in notes)
    found = as_deeplabcut(folder)["Anna"]
    assert [row[2] for row in found.index] == ["img000.png", "img001.png", "img007.png"]  # three digits, as theirs
    assert found["paw"].iloc[0].to_list() == [1.5, 2.5] and found["paw"].iloc[2].to_list() == [3, 4]
    assert found["nose"].to_numpy()[[0, 2]].tolist() == [[10, 20], [5, 6]]
    assert deeplabcut.preview(folder, what, Options()) == []
    put(folder, what)
    pd.testing.assert_frame_equal(as_deeplabcut(folder)["Anna"], found)


def test_a_label_goes_only_where_a_person_says_that_its_point_is_hidden(tmp_path):
    folder = tmp_path / "v"
    put(folder, tracks(state=np.full((5, 2), State.VISIBLE, np.uint8)), frames="all")
    assert deeplabcut.preview(folder, tracks(), Options(frames="all")) == []  # a prediction takes nothing away
    what = tracks(source=by(Source.VERIFIED, (1, 0)))
    assert deeplabcut.preview(folder, what, Options()) == [
        "1 label would be removed, for the point was said to be hidden: 'nose' in v/img1.png."]
    put(folder, what)
    assert as_deeplabcut(folder, "napari-cotracker").to_numpy()[1].tolist()[2:] == [111, 20.5]
    assert np.isnan(as_deeplabcut(folder, "napari-cotracker").to_numpy()[1, :2]).all()


def test_small_differences_and_other_texts(tmp_path):
    folder = tmp_path / "v"
    what = tracks(source=by(Source.HUMAN, (0, 0)))
    put(folder, what)
    assert deeplabcut.preview(folder, replace(what, xy=what.xy + np.float32(5e-4)), Options()) == []
    text = folder / "CollectedData_napari-cotracker.csv"
    text.write_text(text.read_text().replace("10.0", "11.0"))
    assert deeplabcut.preview(folder, what, Options()) == [
        "The .csv there differs from the .h5, which DeepLabCut goes by, and would be replaced."]


def test_another_scorer_has_a_file_of_their_own(tmp_path):
    folder = project(tmp_path)
    put(folder)
    put(folder, scorer="Bob")
    assert as_deeplabcut(folder, "Bob").columns.levels[0].to_list() == ["Bob"]
    assert put(folder / "CollectedData_Eve.h5") and as_deeplabcut(folder, "Eve").columns.levels[0].to_list() == ["Eve"]
    assert len(deeplabcut.read(folder)) == 2  # those of the project's scorer
    (tmp_path / "config.yaml").unlink()
    with pytest.raises(FormatError, match="Anna, Bob, Eve; name the file"):
        deeplabcut.read(folder)
    assert len(deeplabcut.read(folder / "CollectedData_Bob.csv")) == 2
    (folder / "CollectedData_Bob.h5").rename(folder / "CollectedData_Zoe.h5")
    (folder / "CollectedData_Bob.csv").unlink()
    assert deeplabcut.preview(folder, tracks(), Options(scorer="Zoe")) == [
        "The labels there become those of the scorer 'Zoe'."]


def test_pictures_are_written_under_the_names_of_the_rows(tmp_path):
    folder = tmp_path / "v"

    def pictures(frame):
        return np.dstack([np.full((6, 8), frame, np.uint8), np.zeros((6, 8, 2), np.uint8)])

    what = tracks(source=by(Source.HUMAN, (0, 1), (4, 1)))
    assert put(folder, what, pictures) == []
    assert sorted(p.name for p in folder.glob("*.png")) == ["img0.png", "img4.png"]
    assert cv2.imread(str(folder / "img4.png"))[0, 0].tolist() == [0, 0, 4]  # blue, green, red
    other = tmp_path / "w"
    other.mkdir()
    (folder / "img4.png").rename(other / "img0004.png")
    notes = put(other, what, pictures)
    assert sorted(p.name for p in other.glob("*.png")) == ["img0000.png", "img0004.png"]
    assert any("8 × 6 pixels" in note for note in notes)
    assert deeplabcut.write(tmp_path / "x", what, Options(pictures=False), pictures) == []
    assert not list((tmp_path / "x").glob("*.png"))


def test_refuses_folders_that_are_no_film(tmp_path):
    folder = project(tmp_path)
    for path in (tmp_path, folder.parent):
        with pytest.raises(FormatError, match="folder of one film"):
            put(path)
    with pytest.raises(FormatError, match="at least one visible point"):
        put(folder, tracks(xy=np.full((5, 2, 2), np.nan, np.float32)))
    with pytest.raises(FormatError, match="part of a file name"):
        put(folder, scorer="a/b")
    assert not folder.exists()


def test_random_tracks_come_back(tmp_path):
    rng = np.random.default_rng(0)
    xy = (rng.random((40, 30, 2)) * (1919, 1079)).astype(np.float32)
    ones = np.ones((40, 30), np.float32)
    put(tmp_path / "v", Tracks(np.arange(30), xy, ones, ones, meta={"size": (1920, 1080)}))
    for name in ("v", "v/CollectedData_napari-cotracker.h5", "v/CollectedData_napari-cotracker.csv"):
        assert np.abs(deeplabcut.read(tmp_path / name).xy - xy).max() < 1e-5


def test_a_thousand_damaged_files_are_read_or_refused(tmp_path):
    assert check(deeplabcut.read, GOLDEN / "CollectedData_Anna.csv", tmp_path) > 0
    assert check_apart("dlc_hdf5", GOLDEN / "CollectedData_Anna.h5", tmp_path) > 0


def test_plain_tracks_in_words_of_the_file(tmp_path):
    put(tmp_path / "v", plain_tracks())
    lines = (tmp_path / "v" / "CollectedData_napari-cotracker.csv").read_text().splitlines()
    assert lines[1] == "individuals,,,mouse 1,mouse 1,mouse 1,mouse 1,mouse 2,mouse 2,mouse 2,mouse 2"
    assert lines[4] == "labeled-data,v,img0.png,10.0,30.0,30.0,35.0,,,,"
