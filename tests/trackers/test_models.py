"""Names of models, and what a request comes to."""

from pathlib import Path

import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.trackers import models
from napari_cotracker.trackers.models import bundled, choose, find_model


def test_auto_is_a_bundled_model_free_for_any_use() -> None:
    model = find_model("auto")
    assert model.name == bundled() == "hybrid"
    assert model.commercial and not any(file.repository for file in model.files.values())


def test_without_the_bundled_network_auto_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "BUNDLED_WEIGHTS", tmp_path)
    assert find_model("auto").name == bundled() == "lucas-kanade"


@pytest.mark.parametrize(("n_frames", "mode"), [(1, "offline"), (120, "offline"), (121, "online"), (9999, "online")])
def test_the_mode_follows_the_length(n_frames: int, mode: str) -> None:
    choice = choose("cotracker3", "auto", n_frames)
    assert (choice.mode, choice.tracker) == (mode, f"cotracker3-{mode}")
    assert choice.file is not None and choice.file.name == f"scaled_{mode}.pth"


@pytest.mark.parametrize("n_frames", [1, 50, 500])
def test_the_compact_network_is_online_whatever_the_length(n_frames: int) -> None:
    assert choose("compact", "auto", n_frames).mode == "online"
    assert choose("compact", "offline", n_frames).mode == "offline"


def test_a_mode_can_be_asked_for() -> None:
    choice = choose("cotracker3-baseline", "online", 10)
    assert choice.file is not None
    assert choice.file.url == "https://huggingface.co/facebook/cotracker3/resolve/main/baseline_online.pth"
    assert choose("still", "offline", 10).mode == ""


def test_every_registered_tracker_can_be_named() -> None:
    for name in registry.trackers():
        assert choose(name, "auto", 10).tracker == name


def test_official_weights_are_not_for_commercial_use() -> None:
    for name in ("cotracker3", "cotracker3-baseline", "cotracker3-online"):
        model = find_model(name)
        assert model.licence == "CC-BY-NC-4.0" and model.commercial is False and "by-nc" in model.licence_url


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(TrackingError, match=r"auto, .*lucas-kanade.*got 'raft'"):
        choose("raft")
    with pytest.raises(TrackingError, match="online or offline; got 'fast'"):
        choose("cotracker3", "fast")


@pytest.mark.parametrize(("window", "mode"), [(16, "online"), (60, "offline"), (24, "offline"), (None, "online")])
def test_ones_own_file_says_its_mode(
    window: int | None, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.pth"
    mine.write_bytes(b"x")
    monkeypatch.setattr(models, "checkpoint_window", lambda path: window)
    choice = choose("auto", "auto", 500, mine)
    assert (choice.mode, choice.checkpoint, choice.file) == (mode, mine, None)
    assert choice.model.commercial is None
    assert choose("auto", "offline", 500, mine).mode == "offline"


def test_a_copy_of_an_official_file_keeps_its_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "checkpoint_window", lambda path: None)
    copy = tmp_path / "scaled_offline.pth"
    copy.write_bytes(b"x")
    assert choose("auto", "auto", 5, copy).model.name == "cotracker3"
    assert choose("compact", "auto", 5, copy).model.licence == "CC-BY-NC-4.0"


def test_a_missing_file_or_a_model_that_takes_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no\.pth.*does not exist"):
        choose("auto", "auto", 5, tmp_path / "no.pth")
    some = tmp_path / "some.pth"
    some.write_bytes(b"x")
    with pytest.raises(TrackingError, match="takes no weights file"):
        choose("lucas-kanade", "auto", 5, some)


def test_the_hybrid_takes_any_network_and_its_licence(tmp_path: Path) -> None:
    assert choose("hybrid").file == choose("compact").file  # one network, bundled once
    mine, official = tmp_path / "mine.safetensors", tmp_path / "scaled_online.pth"
    for path in (mine, official, tmp_path / "compact.safetensors"):
        path.write_bytes(b"x")
    choice = choose("hybrid", "auto", 500, mine)
    assert (choice.tracker, choice.mode, choice.checkpoint) == ("hybrid", "", mine)
    assert choose("hybrid", "auto", 5, official).model.licence == "CC-BY-NC-4.0"
    assert choose("hybrid", "auto", 5, official).tracker == "hybrid"
    assert choose("auto", "online", 5, tmp_path / "compact.safetensors").model.name == "compact"
