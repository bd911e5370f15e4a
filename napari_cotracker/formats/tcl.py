"""Scripts of Nuke: Tcl lists of braces, nodes with their knobs, and curves of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError

SPACE = re.compile(r"(?:\s|\\\n)*")
BARE = re.compile(r"(?:\\(?s:.)|[^\s\\])+")
QUOTED = re.compile(r'"((?:\\(?s:.)|[^"\\])*)"')
BRACE = re.compile(r"[{}\\]")
NODE = re.compile(r"^[ \t]*([A-Z][A-Za-z0-9_]*)[ \t]*\{", re.MULTILINE)
STARTS = frozenset("0123456789+-.")
MOST = 1e30  # stays finite as float32
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

Frames = NDArray[np.float64]


def words(text: str) -> list[str]:
    """The elements of a Tcl list.

    Raises
    ------
    FormatError
        If a brace or a quote is not closed, or something follows it without a space.
    """
    found: list[str] = []
    at = _skip(text, 0)
    while at < len(text):
        if text[at] == "{":
            end = closing(text, at)
            found.append(text[at + 1 : end])
            at = end + 1
        else:
            match = QUOTED.match(text, at) if text[at] == '"' else BARE.match(text, at)
            if match is None:
                raise FormatError(f"a quote or a word does not end: {text[at : at + 40]!r}")
            found.append(_plain(match.group(1) if text[at] == '"' else match.group()))
            at = match.end()
        after = _skip(text, at)
        if after == at and at < len(text):
            raise FormatError(f"expected a space, got {text[at : at + 20]!r}")
        at = after
    return found


def closing(text: str, start: int) -> int:
    """Where the brace that opens at `start` closes.

    Raises
    ------
    FormatError
        If it does not.
    """
    depth = at = 0
    while (match := BRACE.search(text, at or start)) is not None:
        mark, at = match.group(), match.end()
        if mark == "\\":
            at += 1  # what it stands before is a letter
            continue
        depth += 1 if mark == "{" else -1
        if not depth:
            return match.start()
    raise FormatError(f"a brace is not closed: {text[start : start + 40]!r}")


def nodes(text: str, classes: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Class and knobs of the nodes of some classes in a script, in its order.

    Raises
    ------
    FormatError
        If braces do not match.
    """
    at = 0
    while (match := NODE.search(text, at)) is not None:
        end = closing(text, match.end() - 1)
        if match.group(1) in classes:
            found = words(text[match.end() : end])
            yield match.group(1), dict(zip(found[::2], found[1::2], strict=False))
        at = end + 1


def curve(text: str) -> tuple[Frames, Frames] | None:
    """Times and values of an animated knob; None for anything that is not a curve.

    ``xN`` sets the time of the value that follows; each further value comes as many frames later as
    the one before it did. Letters tell the kind of interpolation, and tangents; they are passed over.
    """
    tokens = text.split()
    if not tokens or tokens[0] != "curve":
        return None
    times: list[float] = []
    values: list[float] = []
    time, step, is_set = 0.0, 1.0, False
    for token in tokens[1:]:
        is_time = token[0] == "x"
        number = _number(token[1:] if is_time else token)
        if number is None:
            continue
        if is_time:
            step, time, is_set = (number - time if times else 1.0), number, True
            continue
        time = time if is_set else time + step
        is_set = False
        times.append(time)
        values.append(number)
    return np.array(times), np.array(values)


def held(text: str, frames: NDArray[np.int64]) -> Frames:
    """The value of a knob that keeps the value of its last key, at frames; 1 if it tells nothing."""
    keys = curve(text)
    if keys is None:
        number = _number(text.strip())
        return np.full(len(frames), 1.0 if number is None else number)
    if not len(keys[0]):
        return np.ones(len(frames))
    order = np.argsort(keys[0], kind="stable")
    last = np.searchsorted(keys[0][order], frames, side="right") - 1
    return np.asarray(keys[1][order][np.maximum(last, 0)])


def quoted(text: str) -> str:
    """A text as one word in double quotes, in which nothing is evaluated."""
    return '"' + re.sub(r'(["\\\[\]{}$;])', r"\\\1", text) + '"'


def _number(token: str) -> float | None:
    """A finite number; None for letters. No regular expression, for there may be millions."""
    if token[:1] not in STARTS:
        return None
    try:
        value = float(token)
    except ValueError:
        return None
    return value if abs(value) <= MOST else None


def _skip(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _plain(text: str) -> str:
    return re.sub(r"\\((?s:.))", lambda m: ESCAPES.get(m.group(1), m.group(1)), text)
