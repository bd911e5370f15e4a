"""What every declared thing promises, checked on all of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.declarations import Format, NoOptions, TrackerEntry, VideoSource


@pytest.mark.parametrize("entry", registry.trackers().values(), ids=lambda entry: entry.name)
def test_a_tracker_is_named_as_typed_and_has_default_settings(entry: TrackerEntry) -> None:
    assert entry.name == entry.name.lower().replace("_", "-").strip()
    assert entry.title
    assert "\n" not in entry.title
    assert dataclasses.is_dataclass(entry.settings())


@pytest.mark.parametrize("entry", registry.formats().values(), ids=lambda entry: entry.name)
def test_a_format_can_be_read_or_written_and_its_suffixes_have_dots(entry: Format) -> None:
    assert entry.read or entry.write
    assert entry.suffixes
    for suffix in entry.suffixes:
        assert suffix == suffix.lower() and (suffix.startswith(".") or (entry.is_folder and not suffix))
    assert entry.title
    assert dataclasses.is_dataclass(entry.options())


@pytest.mark.parametrize("entry", registry.formats().values(), ids=lambda entry: entry.name)
@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe", b"not a tracks file\n", b"PK\x03\x04 torn"],
                         ids=["empty", "bytes", "text", "torn zip"])
def test_a_format_does_not_claim_a_strangers_file(entry: Format, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"stranger{entry.suffixes[0]}"
    path.write_bytes(content)
    assert entry.sniff(path) is False


def test_a_video_source_is_asked_late_unless_it_says_so() -> None:
    source = VideoSource("anything", accepts=lambda source: True, open=lambda source: source)
    assert source.priority == 50


def test_options_are_none_unless_declared() -> None:
    assert dataclasses.fields(NoOptions()) == ()
