"""Where weights are found, and how consent is asked and remembered."""

import errno
import json
from pathlib import Path

import pytest

from napari_cotracker.core.errors import CheckpointError
from napari_cotracker.trackers import weights
from napari_cotracker.trackers.models import WeightsFile, choose
from napari_cotracker.trackers.weights import (
    accept_licence,
    check_fetched,
    find_weights,
    is_accepted,
    licence_notice,
    require_local,
    sha256,
)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "weights_folder", lambda: tmp_path / "weights")
    monkeypatch.setattr(weights, "consent_file", lambda: tmp_path / "config" / "licences.json")
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "hub")
    return tmp_path


def test_a_file_dropped_by_hand_is_found_and_needs_no_question(folders: Path) -> None:
    choice = choose("cotracker3", "online")
    assert choice.file is not None and find_weights(choice.file) is None
    (folders / "weights").mkdir()
    (folders / "weights" / "scaled_online.pth").write_bytes(b"w")
    assert find_weights(choice.file) == require_local(choice) == folders / "weights" / "scaled_online.pth"
    assert licence_notice(choice) is None


def test_the_notice_says_everything_a_user_must_know(folders: Path) -> None:
    text = str(licence_notice(choose("cotracker3", "offline")))
    for part in ("CC-BY-NC-4.0", "creativecommons.org", "not commercial", "scaled_offline.pth", "101.8 MB",
                 "https://huggingface.co/facebook/cotracker3", str(folders / "hub")):
        assert part in text


def test_consent_is_asked_once_for_each_model(folders: Path) -> None:
    choice = choose("cotracker3", "offline")
    accept_licence(choice.model)
    assert licence_notice(choice) is None and licence_notice(choose("cotracker3", "online")) is None
    assert licence_notice(choose("cotracker3-baseline", "online")) is not None
    accept_licence(choose("cotracker3-baseline").model)
    noted = json.loads((folders / "config" / "licences.json").read_text())
    assert set(noted) == {"cotracker3", "cotracker3-baseline"}
    assert noted["cotracker3"]["licence"] == "CC-BY-NC-4.0" and noted["cotracker3"]["date"].startswith("20")


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"cotracker3": 1}', '{"cotracker3": {"licence": "other"}}'])
def test_a_damaged_note_counts_as_no_consent_and_is_replaced(content: str, folders: Path) -> None:
    model = choose("cotracker3").model
    (folders / "config").mkdir()
    (folders / "config" / "licences.json").write_text(content)
    assert not is_accepted(model)
    accept_licence(model)
    assert is_accepted(model)


def test_a_note_that_cannot_be_written_is_one_clear_error(folders: Path) -> None:
    (folders / "config").write_text("a file where a folder should be")
    with pytest.raises(CheckpointError, match=r"licences\.json"):
        accept_licence(choose("cotracker3").model)


def test_on_a_full_disk_nothing_is_left_beside_the_note(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("replace", "rename"):
        monkeypatch.setattr(Path, name, full)
    with pytest.raises(CheckpointError, match=r"licences\.json.*No space left"):
        accept_licence(choose("cotracker3").model)
    assert not list((folders / "config").iterdir())


def test_the_compact_model_says_so_while_it_is_not_there(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "BUNDLED_WEIGHTS", folders / "none")
    with pytest.raises(CheckpointError, match=r"compact\.safetensors.*use model lucas-kanade"):
        require_local(choose("compact"))
    (folders / "none").mkdir()
    (folders / "none" / "compact.safetensors").write_bytes(b"w")
    assert require_local(choose("compact")) == folders / "none" / "compact.safetensors"


def test_models_without_weights_need_none() -> None:
    assert require_local(choose("lucas-kanade")) is None
    assert licence_notice(choose("lucas-kanade")) is None


def test_a_fetched_file_of_other_size_or_content_is_removed(tmp_path: Path) -> None:
    file = WeightsFile("w.pth", 0.1)
    whole = tmp_path / "whole.pth"
    whole.write_bytes(b"w" * 100_000)
    check_fetched(whole, file)
    blob = tmp_path / sha256(whole)
    blob.write_bytes(b"v" * 100_000)
    with pytest.raises(CheckpointError, match=r"other content.*try again"):
        check_fetched(blob, file)
    short = tmp_path / "short.pth"
    short.write_bytes(b"w" * 90_000)
    with pytest.raises(CheckpointError, match=r"whole file of 0\.1 MB"):
        check_fetched(short, file)
    assert whole.exists() and not blob.exists() and not short.exists()
