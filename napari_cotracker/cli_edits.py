"""Edits in words: what the commands of `propagate` are told, and what they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .cli_text import columns
from .core.errors import EditError
from .core.excerpt import chosen_tracks
from .core.options import choices_of
from .core.words import counted

if TYPE_CHECKING:
    from .core.tracks import Tracks
    from .core.video import Video
    from .tasks.edits import Painting
    from .tasks.propagate import Propagated

BACK = "back"  # paint that goes back is a command, and no edit: it has no options of its own
AT = re.compile(r"^(.*)@([0-9]+)$", re.DOTALL)


def masks_of(words: Sequence[str], reference: int) -> dict[int, Painting]:
    """Masks of files, ``FILE`` or ``FILE@FRAME``.

    Raises
    ------
    CotrackerError
        If one cannot be read, or two are for the same frame.
    """
    from .tasks.edit_pictures import read_labels, read_shapes
    from .tasks.edits import Painting

    found: dict[int, Painting] = {}
    for word in words:
        text, t = _at_frame(word, reference)
        path = Path(text)
        is_table = path.suffix.lower() == ".csv"
        _add(found, t, Painting(shapes=read_shapes(path, t)) if is_table else Painting(labels=read_labels(path, t)))
    return found


def placements_of(words: Sequence[str], reference: int, image: Path | None = None) -> dict[int, Painting]:
    """Four corners, ``X,Y X,Y X,Y X,Y`` or the same ``@FRAME``, of a picture or a pin.

    Raises
    ------
    CotrackerError
        If the picture cannot be read, or the words are no four corners.
    """
    from .tasks.edit_pictures import read_picture
    from .tasks.edits import Painting

    picture = None if image is None else read_picture(image)
    found: dict[int, Painting] = {}
    for word in words:
        text, t = _at_frame(word, reference)
        try:
            corners = np.array([[float(n) for n in pair.split(",")] for pair in text.split()])
        except ValueError:
            corners = np.zeros(0)
        if corners.shape != (4, 2):
            raise EditError(f"expected four corners such as '10,10 90,10 90,50 10,50', got {word!r:.80}")
        _add(found, t, Painting(picture=picture if not found else None, corners=corners))
    return found or {reference: Painting(picture=picture)}


def nothing_at(reference: int | None) -> dict[int, Painting]:
    """A reference frame on which nothing is painted, if one is named."""
    from .tasks.edits import Painting

    return {} if reference is None else {reference: Painting()}


def tracks_on(film: Video, source: Path, fps: Fraction | None = None) -> Tracks:
    """The tracks of a file, over all frames of their film, at its frames per second if these are known better.

    Raises
    ------
    FormatError
        If they cannot be read, or do not fit.
    """
    from .tasks.convert import at_rate, with_video
    from .tasks.export import read_tracks

    return at_rate(with_video(read_tracks(source, size=(film.width, film.height)), film), fps)


def carriers_of(tracks: Tracks, names: str) -> tuple[int, ...] | None:
    """The numbers of the tracks that are named; None if none are.

    Raises
    ------
    FormatError
        If a name means no track.
    """
    return tuple(tracks.ids[chosen_tracks(tracks, names)].tolist()) if names.strip() else None


def told(done: Propagated) -> str:
    """What was made, in one line."""
    carried = f"carried by {done.tracks} of {counted(done.of, 'track')}"
    agree = f", {done.agree} of them agree on a typical frame" if done.agree < done.tracks else ""
    by = f" ({done.model}, off by {done.residual:.2g} px{agree})" if done.model and done.residual is not None else ""
    return f"{done.path}: {done.kind}, {counted(done.frames, 'frame')}, {carried}{by}"


def option_facts(what: str, effect: str | None) -> list[dict[str, Any]]:
    """Everything that may be given as ``-O name=value``, and whose it is.

    Raises
    ------
    EditError
        If there is no such thing to propagate, or no such effect.
    """
    from .tasks.edit_options import WHATS, words_of
    from .tasks.render import render_options

    if what not in (*WHATS, BACK):
        raise EditError(f"expected one of {', '.join([*WHATS, BACK])} to propagate, got {what!r}")
    kinds = [] if what == BACK else list(zip((effect or what, "edge", "motion"), words_of(what, effect), strict=True))
    known = [(whose, choice) for whose, (kind, names) in kinds for choice in choices_of(kind) if choice.name in names]
    facts: dict[str, dict[str, Any]] = {}
    written = [("film or images", choice) for choice in choices_of(render_options())
               if what != "stmap" or choice.name == "first"]  # maps are OpenEXR files and nothing else
    for whose, choice in [*known, *written]:
        facts.setdefault(choice.name, {"of": whose, "name": choice.name, "default": choice.default,
                                       "text": choice.text, "expected": choice.expected})
    return list(facts.values())


def check_names(what: str, effect: str | None, names: Iterable[str]) -> None:
    """Refuse options that nobody knows, before anything is read; those of a pin's tracks file are its format's.

    Raises
    ------
    EditError
        If there is one.
    """
    known = [fact["name"] for fact in option_facts(what, effect)]
    unknown = [name for name in names if name not in known and what != "pin"]
    if unknown:
        raise EditError(f"expected options of {effect or what} out of {', '.join(known)}; got {unknown[0]!r}")


def option_lines(facts: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The same for people."""
    for whose in dict.fromkeys(fact["of"] for fact in facts):
        yield whose
        yield from columns([(fact["name"], "" if fact["default"] is None else str(fact["default"]),
                             f"{fact['text']} ({fact['expected']})") for fact in facts if fact["of"] == whose])


def _at_frame(word: str, reference: int) -> tuple[str, int]:
    """What is before ``@`` and the frame after it; a file of that very name is meant as a whole."""
    found = AT.match(word)
    if found is None or Path(word).exists():
        return word, reference
    return found[1], int(found[2])


def _add(found: dict[int, Painting], t: int, painting: Painting) -> None:
    if t in found:
        raise EditError(f"expected one painting for each frame, got two for frame {t}; say which frame the other is "
                        "of by …@FRAME")
    found[t] = painting
