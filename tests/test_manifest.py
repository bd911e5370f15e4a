"""napari's Open and Save know every format that we do."""

from __future__ import annotations

from pathlib import Path

import yaml

import napari_cotracker
from napari_cotracker.core.registry import formats

MANIFEST = yaml.safe_load((Path(napari_cotracker.__file__).parent / "napari.yaml").read_text(encoding="utf-8"))
CONTRIBUTIONS = MANIFEST["contributions"]


def test_every_file_that_can_be_read_can_be_opened_and_dropped() -> None:
    (reader,) = [one for one in CONTRIBUTIONS["readers"] if one["command"].endswith("get_tracks_reader")]
    readable = {suffix for entry in formats().values() if entry.read for suffix in entry.suffixes if suffix}
    assert set(reader["filename_patterns"]) == {f"*{suffix}" for suffix in readable}


def test_every_ending_that_says_a_format_can_be_saved() -> None:
    """Where several formats end alike, the panel's Export asks for one; napari's dialog cannot."""
    (writer,) = CONTRIBUTIONS["writers"]
    writable = [(suffix, entry) for entry in formats().values() if entry.write for suffix in entry.suffixes if suffix]
    own = {suffix for suffix, entry in writable if entry.group == "own"}
    endings = [suffix for suffix, _ in writable]
    clear = {suffix for suffix in endings if endings.count(suffix) == 1}
    assert set(writer["filename_extensions"]) == own | clear | {".cotracker"}
