"""Files of CVAT as CVAT and others write them."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import cvat


def from_xml(folder, body, head=""):
    (folder / "t.xml").write_text(f'<?xml version="1.0"?>{head}<annotations>{body}</annotations>', encoding="utf-8")
    return cvat.read(folder / "t.xml")


def points(frame, xy, more=""):
    return f'<points frame="{frame}" points="{xy}" {more}/>'


def test_skeletons_are_individuals_with_keypoints(tmp_path):
    skeletons = "".join(
        f'<skeleton frame="{t}" keyframe="1"><points label="nose" keyframe="1" outside="0" occluded="{t}" '
        f'points="{t}.5,1.5"/><points label="tail" keyframe="1" outside="1" occluded="0" points="3,4"/></skeleton>'
        for t in (0, 1))
    got = from_xml(tmp_path, f'<track id="7" label="mouse">{skeletons}</track>')
    assert got.names == ("mouse/nose", "mouse/tail")
    assert got.xy[:, 0].tolist() == [[0, 1], [1, 1]] and np.isnan(got.xy[:, 1]).all()
    assert got.states()[:, 0].tolist() == [State.VISIBLE, State.OCCLUDED_LOCATED]


def test_tracks_of_one_label_are_told_apart_and_last_to_the_end(tmp_path):
    body = "".join(f'<track id="{k}" label="ant">{points(2, f"{k},{k}")}</track>' for k in (3, 4))
    got = from_xml(tmp_path, f"<meta><task><size>5</size></task></meta>{body}")
    assert got.names == ("ant 3", "ant 4")
    assert np.isfinite(got.xy[:, 0, 0]).tolist() == [False, False, True, True, True]
    assert got.size is None


def test_several_points_in_one_shape(tmp_path):
    got = from_xml(tmp_path, f'<track id="0" label="a">{points(0, "1.5,2.5;3.5,4.5")}</track>')
    assert got.names == ("a 1", "a 2") and got.xy[0].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("body", "words"), [
    ("", "tracks of points, got none"),
    ('<track id="0" label="a"><box frame="0" xtl="1"/></track>', "got only other shapes"),
    ('<image id="0"><points label="a" points="1,2"/></image>', "not for images"),
    (f'<track id="0" label="a">{points(-1, "1,2")}</track>', "frame number from 0"),
    (f'<track id="0" label="a">{points(99_999_999, "1,2")}</track>', "frame number from 0"),
    (f'<track id="0" label="a">{points(0, "1")}</track>', "points as x,y in pixels"),
    (f'<track id="0" label="a">{points(0, "nan,1")}</track>', "points as x,y in pixels"),
    (f'<track id="0" label="a">{points(0, "1e300,1")}</track>', "points as x,y in pixels"),
    (f'<track id="0" label="a">{points(3, "1,2") * 2}</track>', "one point of 'a' in frame 3"),
    ('<track id="0" label="a">' + points(9_999_999, "1,2") + '</track><track id="1" label="b">'
     + points(0, "1,2") + "</track>", "2 points claim 10000000 frames"),
    ("<a>" * 60 + "</a>" * 60, "at most 50 deep"),
    ("<track>", "damaged or something else"),
])
def test_what_is_wrong_is_said(body, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        from_xml(tmp_path, body)


def test_entities_are_never_expanded(tmp_path):
    with pytest.raises(FormatError, match="without a document type"):
        from_xml(tmp_path, "&b;", '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>')
    (tmp_path / "t.xml").write_text('<?xml version="1.0" encoding="x-mac-japanese"?><annotations/>')
    with pytest.raises(FormatError, match="damaged"):
        cvat.read(tmp_path / "t.xml")


def test_other_xml_is_none(tmp_path):
    (tmp_path / "t.xml").write_text("<annotation><object/></annotation>")
    assert not cvat.sniff(tmp_path / "t.xml")
    with pytest.raises(FormatError, match="element <annotations>"):
        cvat.read(tmp_path / "t.xml")
