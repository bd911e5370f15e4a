from __future__ import annotations

from types import SimpleNamespace

from napari_cotracker.core.video import version_of


def test_a_video_without_a_version_is_known_by_its_fingerprint() -> None:
    assert version_of(SimpleNamespace(fingerprint="f")) == "f"  # type: ignore[arg-type]
    assert version_of(SimpleNamespace(fingerprint="f", version="v")) == "v"  # type: ignore[arg-type]
