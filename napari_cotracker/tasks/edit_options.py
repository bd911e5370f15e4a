"""What can be propagated, and the options of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..core import registry
from ..core.declarations import NoOptions
from ..core.errors import EditError
from ..core.options import option, read_options
from ..effects.insert import InsertOptions
from ..effects.motion import MotionOptions
from ..effects.stabilise import StabiliseOptions

WHATS = {
    "mask": "Mask",
    "insert": "Picture on a surface",
    "effect": "Effect within a mask",
    "stabilise": "Hold still",
    "pin": "Corner pin",
    "stmap": "STMap",
    "labels": "Labels from tracks",
}
"""What can be propagated, with a title for menus."""

SHAPES = ("discs", "polygons", "hulls")


@dataclass(frozen=True)
class MatteOptions:
    """Of everything that covers a part of the picture."""

    behind: bool = option(True, "Leave it out where the tracks say that something is in front.")
    feather: float = option(0.0, "Pixels over which its edge is soft.", least=0, most=64)


@dataclass(frozen=True)
class EffectMatteOptions(MatteOptions):
    """Of an effect, which covers rather too much than too little: what must not be seen is often beneath it."""

    behind: bool = option(False, "Leave it out where the tracks say that something is in front.")


@dataclass(frozen=True)
class MaskOptions:
    """Of a mask."""

    label: int | None = option(None, "Only this label; all if empty.", least=1)
    strength: float = option(0.5, "How strongly it is shown over the film.", least=0, most=1)


@dataclass(frozen=True)
class PlacedOptions(InsertOptions):
    """Of a picture on a surface."""

    brightness: bool = option(False, "Make it brighter and darker as the surface gets.")


@dataclass(frozen=True)
class MapOptions:
    """Of STMaps."""

    direction: str = option("inverse", "inverse: for every pixel of the frame where on the reference frame it is, "
                            "which carries paint to the frame; forward: the other way, which holds the frame still.",
                            values=("inverse", "forward"))
    near: bool = option(False, "Say that the map is valid only near tracks.")


@dataclass(frozen=True)
class LabelOptions:
    """Of labels that are made of tracks."""

    shape: str = option("discs", "A disc for every visible track; or for every group of tracks a polygon through the "
                        "visible ones in their order, or their convex hull.", values=SHAPES)
    radius: float = option(3.0, "Radius of the discs in pixels.", least=0, most=1000)
    strength: float = option(0.5, "How strongly they are shown over the film.", least=0, most=1)


OWN: Mapping[str, type[Any]] = {
    "mask": MaskOptions, "insert": PlacedOptions, "stabilise": StabiliseOptions, "pin": NoOptions, "stmap": MapOptions,
    "labels": LabelOptions}
WITH_MATTE = ("mask", "insert", "effect")
"""What can be behind something, and has a soft edge."""

WITH_FRONT = (*WITH_MATTE, "labels")
"""What a matte of what is in front can hide."""


def options_of(what: str, effect: str | None = None) -> type[Any]:
    """The dataclass of the options that one of `WHATS` has of its own.

    Raises
    ------
    EditError
        If there is no such thing to propagate, or no such effect.
    """
    if what == "effect":
        known = registry.effects()
        if effect is None:
            raise EditError(f"expected an effect out of {', '.join(known)}, got none; name one with --effect")
        if effect not in known:
            raise EditError(f"expected an effect out of {', '.join(known)}; got {effect!r}")
        return known[effect].options
    if what not in OWN:
        raise EditError(f"expected one of {', '.join(WHATS)} to propagate, got {what!r}")
    return OWN[what]


def matte_of(what: str) -> type[MatteOptions]:
    """The dataclass of the options that the edge of one of `WHATS` has."""
    return EffectMatteOptions if what == "effect" else MatteOptions


def words_of(what: str, effect: str | None = None) -> list[tuple[type[Any], tuple[str, ...]]]:
    """The dataclasses of what is propagated, of its edge and of the motion, each with the options that count for it.

    Raises
    ------
    EditError
        If there is no such thing to propagate, or no such effect.
    """
    own, edge = options_of(what, effect), matte_of(what)
    # labels are where their tracks are: nothing is solved for them
    moves = ("threshold",) if what == "labels" else _names(MotionOptions)
    return [(own, _names(own)), (edge, _names(edge) if what in WITH_MATTE else ()), (MotionOptions, moves)]


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@dataclass(frozen=True)
class EditWords:
    """Options that were given in words, sorted by whose they are.

    Parameters
    ----------
    own : dataclass
        Of `options_of`.
    matte : MatteOptions
    motion : MotionOptions
    rest : dict
        What none of them knows: for whatever is written.
    """

    own: Any
    matte: MatteOptions
    motion: MotionOptions
    rest: dict[str, Any]


def read_words(what: str, words: Mapping[str, Any], effect: str | None = None) -> EditWords:
    """Sort options by whose they are: first those of what is propagated, then of its edge, then of the motion.

    Raises
    ------
    EditError
        If there is no such thing to propagate.
    FormatError
        If a value makes no sense.
    """
    rest, found = dict(words), []
    for kind, names in words_of(what, effect):
        own = {name: rest.pop(name) for name in names if name in rest}
        found.append(read_options(kind, own, what))
    return EditWords(found[0], found[1], found[2], rest)
