"""What an annotator sets up once for many films: keypoints, individuals that have them, and edges between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .words import as_label

DASH = re.compile(r"\s*(?:–|—|→|->|\s-\s)\s*")
NUMBERED = re.compile(r"point \d+")
Edge = tuple[str, str]


@dataclass(frozen=True)
class Skeleton:
    """Keypoints that every individual has.

    Parameters
    ----------
    keypoints : tuple of str
        Without individuals, the names of tracks. A slash before a keypoint: it belongs to no individual; one within
        it: the individual is named already.
    individuals : tuple of str
    edges : tuple of (str, str)
        Pairs of keypoints.
    """

    keypoints: tuple[str, ...] = ()
    individuals: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of tracks, each once, one individual after the other."""
        shared = [point for point in self.keypoints if "/" not in point]
        alone = [point.removeprefix("/") for point in self.keypoints if "/" in point]
        whole = [f"{individual}/{point}" for individual in self.individuals for point in shared] or shared
        return tuple(dict.fromkeys([*whole, *alone]))

    @property
    def points(self) -> tuple[str, ...]:
        """The keypoints alone, as formats of poses list them."""
        return tuple(dict.fromkeys(point.rpartition("/")[2] for point in self.keypoints))

    @property
    def strangers(self) -> tuple[str, ...]:
        """Keypoints that edges name and the list does not have."""
        return tuple(dict.fromkeys(point for edge in self.edges for point in edge if point not in self.points))

    @classmethod
    def of_names(cls, names: Iterable[str], points: Sequence[str] = (), edges: Iterable[Sequence[str]] = ()
                 ) -> Skeleton:
        """From the names of tracks; numbered ones say nothing.

        Parameters
        ----------
        names : iterable of str
        points : sequence of str
            Keypoints in their order, if that is known better.
        edges : iterable of pairs of str
        """
        given = [name.rpartition("/") for name in names if not NUMBERED.fullmatch(name)]
        individuals = tuple(dict.fromkeys(individual for individual, slash, _ in given if slash))
        shared = {point for _, slash, point in given if slash or not individuals}
        alone = {point for _, slash, point in given if not slash} - shared
        order = dict.fromkeys([*points, *(point for *_, point in given)]) if given else ()
        keypoints = tuple(f"/{point}" if point in alone else point for point in order)
        return cls(keypoints, individuals, tuple((str(pair[0]), str(pair[1])) for pair in edges if len(pair) == 2))


def listed(text: str) -> tuple[str, ...]:
    """Names, separated by commas, semicolons or lines, each once."""
    names = (as_label(name.strip()) for name in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(name for name in names if name))


def edges_in(text: str) -> tuple[Edge, ...]:
    """Pairs such as ``nose – tail``, or chains of them, separated as names are."""
    chains = [[point for point in DASH.split(chain) if point] for chain in listed(text)]
    return tuple(dict.fromkeys(edge for chain in chains for edge in pairwise(chain)))


def edges_text(edges: Iterable[Edge]) -> str:
    """The same, to be read and changed."""
    return ", ".join(f"{a} – {b}" for a, b in edges)
