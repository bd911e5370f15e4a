"""The video of a session: another one is refused, a moved one is found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from napari_cotracker.core.errors import EditError, VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.editing.identity import find_video
from napari_cotracker.editing.session import Session


@dataclass
class Clip:
    """As much of a video as counts."""

    fingerprint_: str | None = "abc"
    n_frames: int = 5
    width: int = 64
    height: int = 48
    path: str | None = "/films/a.mp4"

    @property
    def fingerprint(self) -> str:
        if self.fingerprint_ is None:
            raise VideoError("gone")
        return self.fingerprint_


def session_of(**video: Any) -> Session:
    return Session(5, (64, 48), {"video": video} if video else None)


def check(session: Session, clip: Clip) -> None:
    session.check_video(cast("Video", clip))


@pytest.mark.parametrize(("known", "clip"), [
    ({"path": "/films/a.mp4", "fingerprint": "abc"}, Clip()),
    ({"path": "/films/a.mp4", "fingerprint": "abc"}, Clip(path="/elsewhere/b.mp4")),
    ({"path": "/films/a.mp4", "fingerprint": "abc"}, Clip(fingerprint_=None)),
    ({"path": "/films/a.mp4", "fingerprint": "abc"}, Clip(fingerprint_="")),
    ({"path": "/films/a.mp4"}, Clip(fingerprint_="other")),
    ({}, Clip()),
])
def test_the_same_video_is_taken_wherever_it_lies(known: dict[str, Any], clip: Clip) -> None:
    check(session_of(**known), clip)


@pytest.mark.parametrize(("clip", "message"), [
    (Clip("other", path="b.mp4"), "expected the video 'a.mp4' (5 frames of 64 × 48 pixels), got the video 'b.mp4' "
                                  "(5 frames of 64 × 48 pixels): its pictures are others; open the video"),
    (Clip(n_frames=6), "got the video 'a.mp4' (6 frames of 64 × 48 pixels): its length or size is another"),
    (Clip(fingerprint_=None, width=63), "(5 frames of 63 × 48 pixels): its length or size is another"),
    (Clip("other", path=None), "got a video without a file"),
])
def test_another_video_is_refused_with_the_reason(clip: Clip, message: str) -> None:
    with pytest.raises(EditError) as mishap:
        check(session_of(path="C:\\films\\a.mp4", fingerprint="abc"), clip)
    assert message in str(mishap.value)


def test_a_video_is_looked_for_beside_the_session_first(tmp_path: Path) -> None:
    there, beside = tmp_path / "there" / "a.mp4", tmp_path / "a.mp4"
    there.parent.mkdir()
    known = {"path": str(there)}
    session = Session.create(tmp_path / "s.cotracker", 5, (64, 48), {"video": known})
    assert session.video_path is None
    there.touch()
    assert session.video_path == there
    beside.touch()
    assert session.video_path == beside
    session.close()
    assert find_video(None, known) == there
    assert find_video(tmp_path / "s.cotracker", {"path": "D:\\films\\a.mp4"}) == beside


@pytest.mark.parametrize("known", [None, {}, {"path": None}, {"path": 3}, {"path": ""}, {"path": "a\0b"}, "text"])
def test_a_video_that_was_never_noted_is_not_found(tmp_path: Path, known: Any) -> None:
    assert find_video(tmp_path / "s", known) is None
