"""Sizes of a CoTracker3 network."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ..core.errors import CheckpointError

# Windows of the published checkpoints: 16 frames sliding, or the whole clip with 60 trained positions.
ONLINE_WINDOW = 16
OFFLINE_WINDOW = 60
SHORTEST_WINDOW = 4  # windows go on by half their length, and from the motion of their last frames


@dataclass(frozen=True)
class CoTracker3Config:
    """Sizes of a CoTracker3 network; the defaults are the published ones.

    Parameters
    ----------
    encoder_widths : 4 ints
        Channels of the encoder's residual stages.
    latent : int
        Feature channels C.
    stride : int
        Image pixels per feature pixel.
    radius : int
        Half width of the correlation patch: (2·radius + 1)² taps.
    levels : int
        Pyramid levels.
    corr_hidden, corr_out : int
        Widths of the correlation MLP.
    hidden, heads, depth, mlp_ratio : int
        Width, attention heads, stages and MLP factor of the update transformer.
    virtual_tracks : int
        Learned tracks through which points exchange information.
    model_resolution : (height, width)
        Working size, to which relative motion is scaled.
    window : int
        Length of the time embedding: frames of a sliding window, or trained clip length.

    Notes
    -----
    Karaev et al. 2024, arXiv 2410.11831, section 3.
    """

    encoder_widths: tuple[int, int, int, int] = (64, 96, 128, 128)
    latent: int = 128
    stride: int = 4
    radius: int = 3
    levels: int = 4
    corr_hidden: int = 384
    corr_out: int = 256
    hidden: int = 384
    heads: int = 8
    depth: int = 3
    mlp_ratio: int = 4
    virtual_tracks: int = 64
    model_resolution: tuple[int, int] = (384, 512)
    window: int = ONLINE_WINDOW

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            expected = {"encoder_widths": 4, "model_resolution": 2}.get(name)
            numbers = value if expected and isinstance(value, tuple) else (value,)
            if len(numbers) != (expected or 1):
                raise CheckpointError(f"expected a network with {expected} numbers as {name}, got {value!r}")
            # sizes come from files: none may make us build a network that no machine holds
            most = 64 if name in ("depth", "levels", "radius", "mlp_ratio") else 1 << 14
            least = SHORTEST_WINDOW if name == "window" else 1
            if not all(type(n) is int and least <= n <= most for n in numbers):
                raise CheckpointError(f"expected a network with {name} from {least} to {most}, got {value!r}")
        if self.hidden % self.heads:
            raise CheckpointError(f"expected heads to divide hidden, got {self.heads} and {self.hidden}")

    @property
    def taps(self) -> int:
        """Positions in a correlation patch."""
        return (2 * self.radius + 1) ** 2

    @property
    def token_width(self) -> int:
        """Channels of a token: two logits, the correlation embeddings, the encoded motion."""
        return 2 + self.levels * self.corr_out + MOTION_WIDTH

    @property
    def n_parameters(self) -> int:
        """How many numbers the network is made of."""
        a, b, c, d = self.encoder_widths
        encoder = _conv(3, a, 7) + 4 * _conv(a, a, 3) + _conv(a + b + c + d, 2 * self.latent, 3)
        encoder += _conv(2 * self.latent, self.latent, 1)
        for before, after in ((a, b), (b, c), (c, d)):
            encoder += _conv(before, after, 3) + 3 * _conv(after, after, 3) + _conv(before, after, 1)
        correlation = _conv(self.taps**2, self.corr_hidden, 1) + _conv(self.corr_hidden, self.corr_out, 1)
        h, inner = self.hidden, self.mlp_ratio * self.hidden
        block = 4 * _conv(h, h, 1) + _conv(h, inner, 1) + _conv(inner, h, 1)
        ends = self.virtual_tracks * h + _conv(self.token_width, h, 1) + 2 * _conv(h, 2, 1)
        return encoder + correlation + ends + self.depth * 4 * (block + h)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for a file's metadata."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CoTracker3Config:
        """From plain values.

        Raises
        ------
        CheckpointError
            If a name is unknown or a value is out of range.
        """
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise CheckpointError(
                f"expected network sizes named {sorted(known)}, got also {unknown}; is the file newer than this?"
            )
        try:
            sizes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
            return cls(**sizes)
        except TypeError as error:
            raise CheckpointError(f"expected plain network sizes, got {values!r:.200}") from error


def _conv(before: int, after: int, side: int) -> int:
    """Numbers of a convolution or, with one pixel, of a linear layer."""
    return (before * side**2 + 1) * after


def read_sizes(path: str | Path) -> CoTracker3Config:
    """Sizes of the network in a weights file, from its first bytes; the published ones where it holds none.

    Reads nothing but the header of a ``.safetensors`` file and needs no torch. A file that is missing or
    damaged counts as one of the published size: whoever loads it says what is wrong.
    """
    try:
        with Path(path).open("rb") as file:
            length = int.from_bytes(file.read(8), "little") if Path(path).suffix == ".safetensors" else 0
            header = json.loads(file.read(length)) if 0 < length <= MAX_HEADER else {}
        return CoTracker3Config.from_dict(json.loads(header["__metadata__"]["config"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, CheckpointError):
        return CoTracker3Config()


MAX_HEADER = 1 << 20
MOTION_OCTAVES = 10
MOTION_WIDTH = 4 + 2 * 4 * MOTION_OCTAVES
