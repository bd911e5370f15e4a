from __future__ import annotations

import pytest

from napari_cotracker.videos.primaries import NAMES, PLACES, UNNUMBERED, name_of, number_of


def test_primaries_are_known_by_where_they_lie() -> None:
    for number, places in PLACES.items():
        assert number_of([round(place, 3) for place in places]) == number and name_of(places) == NAMES[number]
    for name, places in UNNUMBERED.items():
        assert number_of(places) is None and name_of([place + 1e-5 for place in places]) == name
    assert number_of(()) is None
    others = (0.7, 0.3, 0.1, 0.8, 0.1, 0.05, 0.3, 0.3)
    assert name_of(others) == "red 0.7 0.3, green 0.1 0.8, blue 0.1 0.05, white 0.3 0.3"


@pytest.mark.parametrize(("number", "name"), [(1, "BT709"), (5, "BT470BG"), (6, "SMPTE170M"), (9, "BT2020"),
                                              (11, "SMPTE431"), (12, "SMPTE432")])
def test_numbers_are_ffmpegs(number: int, name: str) -> None:
    from av.video.reformatter import ColorPrimaries

    assert number in PLACES and ColorPrimaries(number).name == name


@pytest.mark.parametrize(("name", "places"), [
    ("lin_rec709_scene", PLACES[1]), ("lin_rec2020_scene", PLACES[9]), ("lin_p3d65_scene", PLACES[12]),
    ("lin_ap0_scene", UNNUMBERED["ACES (AP0)"]), ("lin_ap1_scene", UNNUMBERED["ACEScg (AP1)"])])
def test_places_are_openexrs(name: str, places: tuple[float, ...]) -> None:
    library = pytest.importorskip("OpenEXR")
    if not hasattr(library, "colorInteropIDToChromaticities"):
        pytest.skip("an OpenEXR that names no colour spaces")
    assert library.colorInteropIDToChromaticities(name) == pytest.approx(places, abs=1e-6)
