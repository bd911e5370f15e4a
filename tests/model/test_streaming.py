"""Sliding windows: parity with the published online network, and what windows hand on."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.coordinates import resize_scale
from napari_cotracker.model.cotracker import Guess
from napari_cotracker.model.streaming import WindowState, enter_window, leave_window, window_starts
from tests.model.golden_clips import as_video, golden, network

PIXELS = 2e-3
PREDICTOR_PIXELS = 5e-3


def test_online_clip() -> None:
    raw = golden("online_raw")
    xy, visibility, confidence = network("online").track_stream(
        as_video(raw["frames"]), torch.from_numpy(raw["queries"]), 4
    )
    for kind in ("whole", "stream3"):
        assert np.abs(xy.numpy() - raw[f"{kind}_coords"]).max() <= PIXELS
        assert np.abs(visibility.numpy() - raw[f"{kind}_vis"]).max() <= 1e-4
        assert np.abs(confidence.numpy() - raw[f"{kind}_conf"]).max() <= 1e-4


def test_one_padded_window() -> None:
    raw = golden("online_raw")
    xy, _, confidence = network("online").track_stream(
        as_video(raw["frames"][:12]), torch.from_numpy(raw["queries"][:7]), 4
    )
    assert np.abs(xy.numpy() - raw["T12_stream_coords"]).max() <= PIXELS
    assert np.abs(confidence.numpy() - raw["T12_stream_conf"]).max() <= 1e-4


@pytest.mark.parametrize("length", [1, 5, 8])
def test_clips_shorter_than_half_a_window_get_an_answer(length: int) -> None:
    raw = golden("online_raw")
    xy, visibility, _ = network("online").track_stream(
        as_video(raw["frames"][:length]), torch.from_numpy(raw["queries"][:3]), 2
    )
    assert xy.shape == (length, 3, 2)
    assert float(xy.abs().min()) > 0
    assert not bool((visibility == 0.5).any())


def test_every_call_of_the_streaming_predictor() -> None:
    file = golden("online_predictor")
    compare_calls(file, run_predictor(file, file["queries"], 37, support=0), "q")


def test_the_streaming_predictor_with_a_support_grid() -> None:
    file = golden("online_predictor")
    compare_calls(file, run_predictor(file, file["queries"], 21, support=6), "qs")


def test_the_streaming_predictor_on_a_grid() -> None:
    file = golden("online_predictor")
    points = official_grid(3, 96, 128) / resize_scale((160, 120), (128, 96))
    queries = np.concatenate([np.zeros((9, 1)), points], 1).astype(np.float32)
    compare_calls(file, run_predictor(file, queries, 21, support=0), "g")


def compare_calls(file: dict[str, np.ndarray], calls: list[tuple[np.ndarray, np.ndarray]], name: str) -> None:
    """Every call's history against the golden one: positions, scores, and which count as visible."""
    assert f"{name}{len(calls) - 1}_tracks" in file
    assert f"{name}{len(calls)}_tracks" not in file
    for index, (xy, seen) in enumerate(calls):
        expected, score = file[f"{name}{index}_tracks"], file[f"{name}{index}_visconf"]
        assert xy.shape == expected.shape
        assert np.abs(xy - expected).max() <= PREDICTOR_PIXELS
        assert np.abs(seen - score).max() <= 1e-4
        clear = np.abs(score - 0.6) > 1e-3
        assert ((seen > 0.6) == file[f"{name}{index}_visible"])[clear].all()


def official_grid(count: int, height: int, width: int) -> np.ndarray:
    """The published grid in model pixels: a margin of 1/64 of the width on all sides."""
    x, y = (np.linspace(width / 64, size - width / 64, count) for size in (width, height))
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


@cache
def predictor_features() -> torch.Tensor:
    """(T, h, w, C) what the network sees of the golden clip's frames, each by itself."""
    video = as_video(golden("online_predictor")["frames"])
    frames = torch.nn.functional.interpolate(video, (96, 128), mode="bilinear", align_corners=True)
    with torch.inference_mode():
        return torch.cat([network("online").encode(frame[None]) for frame in frames])


def run_predictor(file: dict[str, np.ndarray], queries: np.ndarray, length: int,
                  support: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """What each call of the published streaming protocol returns at 96 × 128.

    Positions so far in the clip's pixels, and visibility · confidence. Queries beyond the frames seen
    so far take part, as they do there.
    """
    model, iters, count = network("online"), int(file["iters"]), len(queries)
    scale = resize_scale((160, 120), (128, 96))
    points = queries[:, 1:] * scale
    if support:
        points = np.concatenate([points, official_grid(support, 96, 128)])
    t = torch.from_numpy(np.concatenate([queries[:, 0], np.zeros(support**2)])).long()
    calls = []
    with torch.inference_mode():
        features = predictor_features()[:length]
        state = WindowState.begin(model, t, torch.from_numpy(points.astype(np.float32)) / 4)
        xy, seen = torch.zeros(length, len(t), 2), torch.zeros(length, len(t))
        for start in window_starts(length, 16):
            end = min(start + 16, length)
            pyramid = model.pyramid(features[[min(p, length - 1) for p in range(start, start + 16)]])
            state, guess = enter_window(model, state, pyramid)
            solved = model.solve(pyramid, state.templates, guess, iters)
            state = leave_window(state, solved)
            xy[start:end] = (solved.xy * 4).transpose(0, 1)[: end - start]
            seen[start:end] = (solved.visibility.sigmoid() * solved.confidence.sigmoid()).T[: end - start]
            calls.append((xy[:end, :count].numpy() / scale, seen[:end, :count].numpy().copy()))
    return calls


@given(st.integers(1, 200), st.sampled_from([8, 16]))
def test_windows_cover_every_frame_and_half_overlap(length: int, window: int) -> None:
    starts = window_starts(length, window)
    assert starts == list(range(0, len(starts) * window // 2, window // 2))
    assert starts[-1] + window >= length
    assert len(starts) == 1 or starts[-2] + window < length


def test_a_track_that_joins_later_is_solved_like_one_that_was_there() -> None:
    raw = golden("online_raw")
    model = network("online")
    video = as_video(raw["frames"][:24])
    with torch.inference_mode():
        features = torch.cat([model.encode(frame[None]) for frame in video])
        t, xy = torch.tensor([0, 18]), torch.tensor([[10.0, 8.0], [20.0, 12.0]])
        early = WindowState.begin(model, t[:1], xy[:1])
        pyramid = model.pyramid(features[:16])
        early, guess = enter_window(model, early, pyramid)
        early = leave_window(early, model.solve(pyramid, early.templates, guess, 2))
        joined = early.join(WindowState.begin(model, t[1:], xy[1:], 8))
        pyramid = model.pyramid(features[8:24])
        joined, start = enter_window(model, joined, pyramid)
    assert joined.seen.tolist() == [True, True]
    assert joined.start == 8
    # the newcomer starts at its query, the other where the last window left it
    torch.testing.assert_close(start.xy[1], xy[1].expand(16, 2))
    torch.testing.assert_close(start.xy[0, 8:], start.xy[0, 7].expand(8, 2))
    torch.testing.assert_close(joined.templates[1:], model.templates(pyramid, torch.tensor([10]), xy[1:]))


def test_extrapolation_goes_on_with_the_last_motion() -> None:
    model = network("online")
    state = WindowState.begin(model, torch.tensor([0]), torch.tensor([[3.0, 4.0]]))
    line = torch.stack([torch.arange(16.0), 30 - 2 * torch.arange(16.0)], -1)[None]
    solved = Guess(line, torch.zeros(1, 16), torch.ones(1, 16))
    held, ahead = leave_window(state, solved).guess, leave_window(state, solved, extrapolate=True).guess
    assert held is not None
    assert ahead is not None
    torch.testing.assert_close(ahead.xy[:, :8], line[:, 8:])
    torch.testing.assert_close(ahead.xy[:, 8:], line[:, 8:] + torch.tensor([8.0, -16.0]))
    torch.testing.assert_close(held.xy[:, 8:], line[:, -1:].expand(1, 8, 2))
    torch.testing.assert_close(ahead.confidence, held.confidence)
