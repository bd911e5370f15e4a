"""Colours of a film's lamps: FFmpeg's numbers of them, and where OpenEXR has them in the plane of CIE 1931."""

from __future__ import annotations

from collections.abc import Sequence

NEAR = 0.002
"""Files write them with three digits or more."""

BT709 = 1
D65 = (0.3127, 0.3290)
PLACES: dict[int, tuple[float, ...]] = {
    BT709: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *D65),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
}
"""x and y of red, green, blue and white, by the number of ITU-T H.273."""

NAMES = {BT709: "BT.709", 5: "BT.601 of 625 lines", 6: "BT.601 of 525 lines", 9: "BT.2020", 11: "DCI-P3",
         12: "Display P3"}


UNNUMBERED = {
    "ACES (AP0)": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "ACEScg (AP1)": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767),
}
"""Those of compositing, which no film can state."""


def number_of(places: Sequence[float]) -> int | None:
    """The number of primaries that lie at these eight places; None if it has none."""
    return next((number for number, known in PLACES.items() if _are_near(places, known)), None)


def name_of(places: Sequence[float]) -> str:
    """What primaries are called, or where they lie."""
    named = {name: PLACES[number] for number, name in NAMES.items()} | UNNUMBERED
    found = next((name for name, known in named.items() if _are_near(places, known)), None)
    return found or ", ".join(f"{what} {x:.4g} {y:.4g}" for what, x, y in zip(
        ("red", "green", "blue", "white"), places[::2], places[1::2], strict=True))


def _are_near(places: Sequence[float], known: Sequence[float]) -> bool:
    return len(places) == len(known) and all(abs(a - b) < NEAR for a, b in zip(places, known, strict=True))
