"""Choices that napari keeps: in its Preferences by the manifest, in a file of its own, for the next time."""

from __future__ import annotations

import sys

import pytest
from napari.settings import _clear_plugin_settings_cache, get_plugin_settings

from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.look import COLOURS, LookValues
from napari_cotracker.ui.preferences import NAME, recall, remember


def test_napari_offers_what_the_manifest_declares() -> None:
    settings = get_plugin_settings(NAME)
    assert settings.tracking.model == "auto"
    assert settings.view.colour_by == "confidence"


def test_what_is_remembered_is_there_the_next_time() -> None:
    remember("tracking", {"mode": "online", "iters": 4, "fast": True})
    remember("view", {"hide_below": 0.3, "colour_by": "group"})
    _clear_plugin_settings_cache()
    assert {key: recall("tracking")[key] for key in ("mode", "iters", "fast")} == {
        "mode": "online", "iters": 4, "fast": True}
    assert (recall("view")["hide_below"], recall("view")["colour_by"]) == (0.3, "group")
    assert "online" in get_plugin_settings(NAME).config_path.read_text()


@pytest.mark.parametrize("wrong", [{"mode": "sideways"}, {"iters": 99}, {"sparkles": 1}, {"memory_budget": "much"}])
def test_what_the_manifest_refuses_is_left_alone(wrong: dict[str, object]) -> None:
    before = recall("tracking")
    remember("tracking", wrong)
    assert recall("tracking") == before


def test_without_the_manifest_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.preferences.NAME", "not-installed")
    remember("tracking", {"mode": "online"})
    assert recall("tracking") == {}
    assert recall("no such chapter") == {}


def test_defaults_are_those_of_the_program() -> None:
    options, view = TrackOptions(), LookValues()
    for key, value in recall("tracking").items():
        wanted = getattr(options, key)
        assert value == (wanted >> 20 if key == "memory_budget" else wanted), key
    assert recall("view") == {key: getattr(view, key) for key in recall("view")}


def test_every_colour_can_be_remembered() -> None:
    for name in COLOURS:
        remember("view", {"colour_by": name})
        assert recall("view")["colour_by"] == name


def test_napari_is_not_loaded_before_it_is_asked() -> None:
    assert "napari" not in vars(sys.modules["napari_cotracker.ui.preferences"])
