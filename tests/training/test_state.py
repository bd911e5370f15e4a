"""A run's state: comes back as it was, stays whole when writing fails, fits into small files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.model import CoTracker3
from napari_cotracker.training import state as storing
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.options import find_preset
from napari_cotracker.training.state import INDEX, RunState, load_state, save_state

SHAPES = {"a.weight": (30, 20), "a.bias": (30,), "b.weight": (7, 3, 3, 3), "c": (1,)}
MIB = 1 << 20


def state_at(step: int, preset: str = "tiny") -> RunState:
    chance = Chance(step)
    weights = {name: chance.normal(shape) for name, shape in SHAPES.items()}
    return RunState(
        find_preset(preset).options.to_dict(), 7, 3600.0, step, 12.5 * step, weights,
        {name: value + 0.01 for name, value in weights.items()},
        {name: value.square() * 1e-6 for name, value in weights.items()}, [{"step": step, "scores": {"aj": 40.5}}],
    )


def loaded(folder: Path) -> RunState:
    state = load_state(folder)
    assert state is not None
    return state


def test_a_state_comes_back_as_precisely_as_it_is_stored(tmp_path: Path) -> None:
    state = state_at(20)
    save_state(tmp_path / "new" / "run", state)
    back = loaded(tmp_path / "new" / "run")
    assert (back.seed, back.step, back.seconds, back.total) == (7, 20, 250.0, 3600.0)
    assert back.history == state.history
    assert json.dumps(back.options) == json.dumps(state.options)
    for name, value in state.weights.items():
        assert torch.equal(back.weights[name], value)
        assert back.average[name].dtype == back.second_moment[name].dtype == torch.float32
        torch.testing.assert_close(back.average[name], state.average[name], rtol=1e-3, atol=1e-6)
        torch.testing.assert_close(back.second_moment[name], state.second_moment[name], rtol=1e-2, atol=0)


def test_an_older_part_that_is_held_open_does_not_end_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_state(tmp_path, state_at(20))
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if "-0000020." in path.name:  # as on Windows, while somebody reads it
            raise PermissionError(13, "The process cannot access the file")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        save_state(tmp_path, state_at(40))
    assert loaded(tmp_path).step == 40
    save_state(tmp_path, state_at(60))
    assert {path.name.rsplit("-", 1)[1] for path in tmp_path.glob("*.safetensors")} == {"0000060.safetensors"}


def test_no_run_is_no_mistake(tmp_path: Path) -> None:
    assert load_state(tmp_path) is None
    assert load_state(tmp_path / "nowhere") is None


def test_a_run_before_its_first_step_has_no_moments(tmp_path: Path) -> None:
    state = state_at(0)
    state.second_moment = {}
    save_state(tmp_path, state)
    assert loaded(tmp_path).second_moment == {}


def test_only_the_newest_state_stays_and_nothing_else_is_touched(tmp_path: Path) -> None:
    for name in ("compact.safetensors", "other-0000003.safetensors", "notes.txt"):
        (tmp_path / name).write_text("mine")
    save_state(tmp_path, state_at(5))
    save_state(tmp_path, state_at(6))
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {
        INDEX, "compact.safetensors", "other-0000003.safetensors", "notes.txt", "weights-1-0000006.safetensors",
        "weights-2-0000006.safetensors", "moment-0000006.safetensors", "average-0000006.safetensors",
    }


@pytest.mark.parametrize("whole_files", range(5))
def test_an_interrupted_write_keeps_the_state_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      whole_files: int) -> None:
    save_state(tmp_path, state_at(5))
    written = []

    def fails_later(path: Path, error: type[Exception]):  # type: ignore[no-untyped-def]
        written.append(path)
        if len(written) > whole_files:
            raise KeyboardInterrupt
        return real(path, error)

    real = storing.replacing
    monkeypatch.setattr(storing, "replacing", fails_later)
    with pytest.raises(KeyboardInterrupt):
        save_state(tmp_path, state_at(6))
    back = loaded(tmp_path)
    assert back.step == 5
    assert torch.equal(back.weights["a.weight"], state_at(5).weights["a.weight"])
    monkeypatch.undo()
    save_state(tmp_path, state_at(7))
    assert len(list(tmp_path.glob("*.safetensors"))) == 4


def change_index(folder: Path, **changes: object) -> None:
    index = json.loads((folder / INDEX).read_text())
    (folder / INDEX).write_text(json.dumps({**index, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "somebody-else"}, {"options": {}}, {"options": None}, {"options": {"network": 3}}, {"seed": "x"},
        {"step": None}, {"files": {}}, {"files": ["weights-1"]}, {"history": 3},
        {"files": dict.fromkeys(("weights-1", "weights-2", "moment", "average"), "gone.safetensors")},
    ],
)
def test_an_index_of_something_else_is_one_clear_error(tmp_path: Path, changes: dict[str, object]) -> None:
    save_state(tmp_path, state_at(1))
    change_index(tmp_path, **changes)
    with pytest.raises(TrackingError, match=r"expected a training run .* name another folder"):
        load_state(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "null", "{}", "\0\1"])
def test_an_index_that_is_none_is_one_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / INDEX).write_text(content)
    with pytest.raises(TrackingError, match="damaged"):
        load_state(tmp_path)


@pytest.mark.parametrize("part", ["weights-1", "weights-2", "moment", "average"])
@pytest.mark.parametrize("length", [0, 5, 100])
def test_a_file_that_is_cut_off_is_one_clear_error(tmp_path: Path, part: str, length: int) -> None:
    save_state(tmp_path, state_at(1))
    path = tmp_path / f"{part}-0000001.safetensors"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(TrackingError, match="damaged"):
        load_state(tmp_path)


def test_files_outside_of_the_folder_are_not_read(tmp_path: Path) -> None:
    save_state(tmp_path / "elsewhere", state_at(1))
    save_state(tmp_path / "run", state_at(2))
    parts = ("weights-1", "weights-2", "moment", "average")
    names = {part: f"../elsewhere/{part}-0000001.safetensors" for part in parts}
    change_index(tmp_path / "run", files=names)
    with pytest.raises(TrackingError, match="damaged"):
        load_state(tmp_path / "run")


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackingError, match="cannot make the folder"):
        save_state(tmp_path / "file" / "run", state_at(1))


def test_the_largest_network_fits_into_four_small_files(tmp_path: Path) -> None:
    options = find_preset("compact").options
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in CoTracker3(options.network).state_dict().items()}
    zeros = {name: torch.zeros(shape) for name, shape in shapes.items()}
    save_state(tmp_path, RunState(options.to_dict(), 1, 3600.0, 1000, 1.0, zeros, zeros, zeros))
    sizes = [path.stat().st_size for path in tmp_path.glob("*.safetensors")]
    assert len(sizes) == 4
    assert max(sizes) < 16 * MIB
    assert sum(sizes) < 60 * MIB
