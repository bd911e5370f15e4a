"""Messages through a pipe."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core import errors
from napari_cotracker.core.errors import CheckpointError, MissingExtraError, TrackingError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks import messages
from napari_cotracker.tasks.messages import Cancel, Failed, Finished, GarbledError, Picture, Updated
from napari_cotracker.trackers.download import Cancelled


def sent(*what: object) -> bytes:
    pipe = io.BytesIO()
    for message in what:
        messages.write(pipe, messages.encode(message))
    return pipe.getvalue()


def test_messages_arrive_whole_and_in_order() -> None:
    scores = np.full((2, 1), 0.5, np.float32)
    update = TrackUpdate(np.arange(2), np.array([7]), np.ones((2, 1, 2), np.float32), scores, scores, 0.3, "frame 1")
    pipe = io.BytesIO(sent(Updated(3, update), Cancel(4), Finished(5, {"a": 1}, True)))
    first, *others = [messages.read(pipe) for _ in range(4)]
    assert first.job == 3 and first.update.message == "frame 1"
    np.testing.assert_array_equal(first.update.xy, update.xy)
    assert others == [Cancel(4), Finished(5, {"a": 1}, True), None]


def test_arrays_go_as_they_lie_in_memory() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    parts = messages.encode(Picture(1, 2, False, pixels))
    assert any(len(part) == pixels.nbytes for part in parts)
    np.testing.assert_array_equal(messages.read(io.BytesIO(sent(Picture(1, 2, False, pixels)))).pixels, pixels)
    turned = pixels.transpose(1, 0, 2)
    np.testing.assert_array_equal(messages.read(io.BytesIO(sent(Picture(1, 2, False, turned)))).pixels, turned)


@pytest.mark.parametrize("kept", [0, 3, 10, -5])
def test_a_pipe_that_ends_within_a_message_has_ended(kept: int) -> None:
    whole = sent(Picture(1, 2, False, np.ones((9, 9, 3), np.uint8)))
    assert messages.read(io.BytesIO(whole[:kept])) is None


def test_what_is_no_message_is_refused_before_it_is_unpickled() -> None:
    with pytest.raises(GarbledError, match="nct1"):
        messages.read(io.BytesIO(b"Traceback (most recent call last)"))


@pytest.mark.parametrize(
    "error",
    [CheckpointError("a damaged file"), MissingExtraError("xarray", "movement", "write .nc files"),
     errors.CotrackerError("no")],
)
def test_an_error_of_ours_keeps_its_type_and_its_text(error: errors.CotrackerError) -> None:
    again = messages.read(io.BytesIO(sent(Failed.of(1, error)))).error()
    assert type(again) is type(error) and str(again) == str(error)


def test_a_kind_of_error_that_only_a_trade_knows_is_the_kind_above_it() -> None:
    assert type(Failed.of(1, Cancelled("enough")).error()) is TrackingError


def test_tracks_stay_behind() -> None:
    error = TrackingError("stopped")
    error.tracks = object()  # type: ignore[assignment]
    assert Failed.of(1, error).error().tracks is None  # type: ignore[attr-defined]


def test_any_other_error_becomes_one_sentence() -> None:
    error = Failed.of(1, RuntimeError("CUDA error: no kernel\nCompile with …")).error()
    assert type(error) is TrackingError and "RuntimeError: CUDA error: no kernel" in str(error)
    assert "\n" not in str(error)
    assert "memory ran out" in str(Failed.of(1, MemoryError()).error())


def test_arguments_come_as_they_were() -> None:
    assert messages.unpack_arguments(messages.pack_arguments({"a": 1, "b": (2.0, "x")})) == {"a": 1, "b": (2.0, "x")}


def test_an_argument_that_cannot_travel_is_named() -> None:
    with pytest.raises(TrackingError, match=r"plain values, got odd = lock") as raised:
        messages.pack_arguments({"fine": 1, "odd": threading.Lock()})
    assert "\n" not in str(raised.value)


def test_an_argument_that_is_unknown_at_the_other_end_is_told() -> None:
    packed = messages.pack_arguments({"path": Path("x")}).replace(b"pathlib", b"pathlxb")
    with pytest.raises(TrackingError, match="does not know"):
        messages.unpack_arguments(packed)
