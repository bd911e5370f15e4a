"""Results as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .core.words import counted

Facts = dict[str, Any]
MOST_NAMES = 5  # of clips in a line


def program_lines(facts: Facts) -> Iterator[str]:
    """What `info` says about the installation."""
    yield f"napari-cotracker {facts['version']}, Python {facts['python']}, {facts['system']}"
    yield "libraries  " + ", ".join(f"{name} {number or 'missing'}" for name, number in facts["libraries"].items())
    memory = facts["memory"]
    yield f"memory     {size_text(memory['available'])} of {size_text(memory['total'])} free"
    for number, device in enumerate(facts["devices"]):
        auto = " = auto" if number == 0 else ""
        yield f"device     {device['name']}{auto}: {device['title']}, {size_text(device['memory'])}"
    if facts["torch_trouble"]:
        yield f"device     none: torch cannot be loaded ({facts['torch_trouble']})"
    yield "models"
    yield from columns([_model_row(model) for model in facts["models"]])
    yield "folders"
    yield from columns([(folder["what"], size_text(folder["bytes"]), folder["path"]) for folder in facts["folders"]])


def tracks_line(facts: Facts) -> str:
    """What a run or a tracks file comes to, in one line."""
    made = _plain("models", facts["models"]) if facts["models"] else ""
    parts = (
        f"{counted(facts['tracks'], 'track')} over {counted(facts['frames'], 'frame')}",
        f"{facts['tracked']:.0%} of the cells tracked, {facts['visible']:.0%} of these visible",
        f"by {made}" if made else "",
    )
    return ", ".join(filter(None, parts))


def session_lines(facts: Facts, is_written: bool) -> Iterator[str]:
    """What a session was copied into, or would be, and what was lost on the way."""
    end = "" if is_written else " (not written)"
    yield f"{facts['out']}: {counted(facts['tracks'], 'track')}, {counted(facts['steps'], 'step')} of history{end}"
    yield from (f"lost: {what}" for what in facts["lost"])


def evaluation_lines(facts: Facts) -> Iterator[str]:
    """What `evaluate` measured: a row for each clip, and their mean."""
    shares = {"average_jaccard": "AJ", "delta_avg": "delta", "occlusion_accuracy": "OA", "always_visible": "OA0",
              "survival": "survival"}
    pixels = {"median_error": "median px", "reappearance": "return px"}

    def row(name: str, scores: Facts, *last: str) -> list[str]:
        cells = [*(_number(scores[key], 100, 1) for key in shares), *(_number(scores[key], 1, 2) for key in pixels)]
        return [name, *(f"{cell:>{len(title)}}" for cell, title in zip(cells, heads, strict=True)), *last]

    heads = [f"{title:>5}" for title in [*shares.values(), *pixels.values()]]
    if facts["model"]:
        made = f"{facts['model']} ({facts['licence']}) {facts['mode']}".rstrip()
        yield f"{made}, queries {facts['protocol']}, {facts['seconds_per_frame']:.3g} s a frame"
    clips = [row(c["name"], c, f"{counted(c['tracks'], 'track')}, {counted(c['frames'], 'frame')}")
             for c in facts["clips"]]
    yield from columns([["", *heads, ""], *clips, row("mean", facts["mean"], counted(len(clips), "clip"))])
    yield "AJ, delta, OA (0: if all were called visible) and survival in %, distances in px of 256 × 256"
    yield from _left_out(facts)


def effort_lines(facts: Facts) -> Iterator[str]:
    """What `evaluate --effort` measured: a row for each way to correct tracks, over all clips."""
    heads = ["fixes", "mean", "p90", "looks", "mean", "actions", "mean", "own", "secs", "mean",
             "right", "never", "area", "idle", "spoilt", "beyond", "off px"]

    def row(policy: Facts) -> list[str]:
        spreads = ["corrections median mean p90", "looks median mean", "actions median mean", "own_actions mean",
                   "seconds median mean"]
        cells = [_number(policy[key][way], 1, 1) for key, *ways in map(str.split, spreads) for way in ways]
        cells += [_number(policy[key], 100, 0) for key in ("none_needed", "unmet", "area", "wasted_looks")]
        cells += [str(policy["lost_inside"]), str(policy["lost_outside"]), _number(policy["pin_error"], 1, 1)]
        return [policy["name"], *(f"{cell:>{len(title)}}" for cell, title in zip(cells, heads, strict=True))]

    if facts["model"]:
        tracks, clips = counted(facts["policies"][0]["tracks"], "track"), counted(len(facts["clips"]), "clip")
        right = "places and visibility are" if facts["stop"] == "both" else "places are"
        unit = "px of the film" if facts["is_native"] else "px of 256"
        yield (f"{facts['model']} ({facts['licence']}), {tracks} of {clips}, until {right} right "
               f"in 95 % of the frames, to {facts['tolerance']:g} {unit}")
    yield from columns([["", *heads], *(row(policy) for policy in facts["policies"])])
    yield "fixes: points placed after the first; looks: frames a person was sent to, or watched; own: mean actions in"
    yield "the program that works so; in %: right at once, never right, area under the curve of right frames over 30"
    yield "actions, idle looks; spoilt: frames that a fix made wrong up to its neighbours, and beyond; off: moved pins"
    yield from _left_out(facts)


def _left_out(facts: Facts) -> Iterator[str]:
    """Clips that count nowhere, in one line."""
    if names := facts["left_out"]:
        more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
        yield f"left out: {', '.join(names[:MOST_NAMES])}{more}; no point is visible where a track would start"


def lines_of(facts: Facts) -> Iterator[str]:
    """Plain facts, one a line, nested ones indented."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            yield label
            yield from (f"  {line}" for line in lines_of(value))
        else:
            yield f"{label:{width}}  {_plain(name, value)}"


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells, indented and aligned; the last cell as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        padded = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  " + "  ".join([*padded, row[-1]]).rstrip()


def size_text(size: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def seconds_text(seconds: float) -> str:
    """A time for people."""
    if seconds < 5400:
        return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _number(value: float | None, factor: float, digits: int) -> str:
    return "–" if value is None else f"{factor * value:.{digits}f}"


def _model_row(model: Facts) -> tuple[str, str, str]:
    licence = model["licence"] + ("" if model["commercial"] else ", not for commercial use")
    missing = [name for name, path in model["files"].items() if not path]
    state = f"; {' and '.join(missing)} not on this computer" if missing else ""
    return model["name"] + (" = auto" if model["auto"] else ""), licence, model["title"] + state


def _plain(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "bytes":
        return size_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        if name == "models":
            value = [f"{run['model']} ({run['licence']})" for run in value]
        joint = {"size": " × ", "models": ", "}.get(name, " ")
        return joint.join(map(str, value)) or "none"
    return str(value)
