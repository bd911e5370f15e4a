"""A picture of how a run went: losses and validation scores over the hours spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import MissingExtraError, TrackingError
from ..core.files import replacing

SCORES = {"delta_avg": "δ avg", "average_jaccard": "AJ", "occlusion_accuracy": "OA"}
LOSSES = ("position", "visibility", "confidence")


def draw_curve(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the history of a run as a PNG.

    Parameters
    ----------
    history : sequence of mapping
        Entries with ``seconds``, and ``losses`` or ``scores``.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    TrackingError
        If the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "train", "draw a training curve") from None
    panels = [(key, names) for key, names in (("losses", LOSSES), ("scores", SCORES))
              if any(key in entry for entry in history)] or [("losses", LOSSES)]
    figure = Figure(figsize=(4.5 * len(panels), 3.6), layout="constrained")
    for axes, (key, names) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        entries = [entry for entry in history if key in entry]
        for name in names:
            told = [entry for entry in entries if entry[key].get(name) is not None]
            if told:
                hours, values = [entry["seconds"] / 3600 for entry in told], [entry[key][name] for entry in told]
                axes.plot(hours, values, label=SCORES.get(name, name), marker="o" if key == "scores" else "")
        axes.set(title="losses" if key == "losses" else "validation scores", xlabel="hours of training", ylim=(0, None))
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    with replacing(path, TrackingError) as partial:
        figure.savefig(partial, dpi=110)
