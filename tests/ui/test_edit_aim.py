"""What an edit is about, by what is selected, shown and chosen."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.editor import Editor
from napari_cotracker.ui.edit_aim import Aim

from .benches import Bench


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench()


def aim_of(bench: Bench, *ids: int) -> Aim:
    bench.select(*ids)
    return Aim.of(cast(Any, bench), bench.span)


def test_tracks_that_are_gone_do_not_count(bench: Bench) -> None:
    bench.selection.set([1, 3, 99])
    assert Aim.of(cast(Any, bench), bench.span).ids.tolist() == [1, 3]


def test_tracks_in_words(bench: Bench) -> None:
    assert aim_of(bench).who == "tracks"
    assert aim_of(bench, 1).who == "point 1"
    assert aim_of(bench, 1, 3, 4).who == "3 tracks"
    bench.session.rename(1, "a name that goes on and on and on")
    assert len(aim_of(bench, 1).who) == 24
    assert aim_of(bench, 1).who.startswith("a name that goes")


def test_without_a_span_it_is_the_frame_that_is_shown(bench: Bench) -> None:
    aim = aim_of(bench, 1)
    assert aim.here().tolist() == aim.chosen().tolist() == [15]
    assert aim.onward().tolist() == list(range(15, 40))
    assert aim.others().tolist() == [16]


def test_with_a_span_it_is_the_span(bench: Bench) -> None:
    bench.span.choose(20, 24)
    aim = aim_of(bench, 1, 2)
    for frames in (aim.chosen(), aim.onward(), aim.others(), aim.between(), aim.around()):
        assert frames.tolist() == [20, 21, 22, 23, 24]
    assert aim.here().tolist() == [15]


def test_a_frame_is_not_copied_to_itself_alone(bench: Bench) -> None:
    bench.span.choose(15, 15)
    assert aim_of(bench, 1).others().tolist() == [16]
    bench.span.clear()
    bench.frame = 39
    with pytest.raises(EditError, match="no frame after"):
        aim_of(bench, 1).others()


def test_between_anchors_where_no_span_is_chosen(bench: Bench) -> None:
    with pytest.raises(EditError, match=r"no anchors before and after.*choose frames"):
        aim_of(bench, 3).between()
    assert aim_of(bench, 3).around().tolist() == list(range(31)), "up to the anchor on frame 30"
    Editor(bench.session).verify(3, 10)
    assert aim_of(bench, 3).between().tolist() == list(range(10, 31))
    np.testing.assert_array_equal(aim_of(bench, 3).around(), aim_of(bench, 3).between())


def test_several_tracks_have_several_anchors_so_that_frames_must_be_chosen(bench: Bench) -> None:
    for act in (aim_of(bench, 1, 3).between, aim_of(bench, 1, 3).around):
        with pytest.raises(EditError, match=r"several tracks.*choose frames"):
            act()
