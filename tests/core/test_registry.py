"""One file, one declaration: found without a second edit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.declarations import Effect, Format, TrackerEntry, VideoSource


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that looks like one more room of the package."""
    monkeypatch.setattr("napari_cotracker.__path__", [str(tmp_path)])
    registry.declared.cache_clear()
    folder = tmp_path / "plants"
    folder.mkdir()
    (folder / "__init__.py").touch()
    yield folder
    registry.declared.cache_clear()
    for name in [name for name in sys.modules if name.startswith("napari_cotracker.plants")]:
        del sys.modules[name]


def declare(room: Path, module: str, name: str) -> None:
    (room / f"{module}.py").write_text(f"import types\nPLANT = types.SimpleNamespace(name={name!r})\n")


def test_a_new_file_is_found_by_its_declaration(room: Path) -> None:
    declare(room, "b_rose", "rose")
    declare(room, "a_tulip", "tulip")
    (room / "soil.py").write_text("raise ImportError('a neighbour that needs a library')\n")
    assert list(registry.declared("plants", "PLANT")) == ["tulip", "rose"]


def test_a_declaration_may_carry_its_type(room: Path) -> None:
    (room / "rose.py").write_text("import types\nPLANT: object = types.SimpleNamespace(name='rose')\n")
    assert list(registry.declared("plants", "PLANT")) == ["rose"]


def test_a_mention_is_no_declaration(room: Path) -> None:
    (room / "soil.py").write_text("'Soil for a PLANT = nothing.'\nUSES = 'PLANT'\nother_PLANT = 1\n")
    assert registry.declared("plants", "PLANT") == {}


def test_a_name_taken_twice_is_refused(room: Path) -> None:
    declare(room, "rose", "rose")
    declare(room, "wild_rose", "rose")
    with pytest.raises(ImportError, match="wild_rose declares PLANT 'rose', which is taken"):
        registry.declared("plants", "PLANT")


def test_what_is_declared_is_what_it_says() -> None:
    assert all(isinstance(entry, TrackerEntry) and name == entry.name for name, entry in registry.trackers().items())
    assert all(isinstance(entry, Format) and name == entry.name for name, entry in registry.formats().items())
    assert all(isinstance(entry, Effect) and name == entry.name for name, entry in registry.effects().items())
    assert all(isinstance(source, VideoSource) for source in registry.video_sources())


def test_the_native_formats_and_the_bundled_tracker_are_there() -> None:
    assert {"npz", "csv"} <= set(registry.formats())
    assert {"lucas-kanade", "still"} <= set(registry.trackers())


def test_video_sources_are_asked_in_ascending_order() -> None:
    priorities = [source.priority for source in registry.video_sources()]
    assert priorities == sorted(priorities)
    assert priorities
