"""What a user may ask for by name: models, their licences and files, and the tracker that runs each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core import registry
from ..core.errors import CheckpointError, TrackingError

OFFLINE_UP_TO = 120
ONLINE_WINDOW = 16
CHECKPOINT_MODELS = ("cotracker3", "compact")
OWN_LICENCE = "BSD-3-Clause"
OWN_LICENCE_URL = "https://opensource.org/license/bsd-3-clause"
BUNDLED_WEIGHTS = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True)
class WeightsFile:
    """A weights file that can be fetched.

    Parameters
    ----------
    name : str
        File name in its repository.
    megabytes : float
        Size in 10⁶ bytes, to one decimal.
    repository : str
        On the Hugging Face hub; "" for a file that comes with this package.
    """

    name: str
    megabytes: float
    repository: str = "facebook/cotracker3"

    @property
    def url(self) -> str:
        """Where a browser finds it; "" for a file that comes with this package."""
        return f"https://huggingface.co/{self.repository}/resolve/main/{self.name}" if self.repository else ""


@dataclass(frozen=True)
class Model:
    """A name that a user may type after ``--model``.

    Parameters
    ----------
    name, title : str
    licence, licence_url : str
        Of the weights, or of the method where it has none.
    commercial : bool or None
        Whether the licence allows commercial use of the weights; None if nobody here can know.
    summary : str
        The licence in one sentence.
    offline_up_to : int
        Frames up to which mode ``auto`` is offline.
    trackers : mapping of str to str
        Tracker by mode, ``online`` and ``offline``; under "" the one for both.
    files : mapping of str to WeightsFile
        Weights by mode, likewise.
    """

    name: str
    title: str
    trackers: Mapping[str, str]
    files: Mapping[str, WeightsFile] = field(default_factory=dict)
    licence: str = OWN_LICENCE
    licence_url: str = OWN_LICENCE_URL
    commercial: bool | None = True
    summary: str = "Free for any use as long as the copyright notice is kept."
    offline_up_to: int = OFFLINE_UP_TO

    @property
    def has_modes(self) -> bool:
        """Whether online and offline differ."""
        return "" not in self.trackers

    def mode_for(self, n_frames: int) -> str:
        """The mode that ``auto`` means for a clip of so many frames."""
        return "offline" if n_frames <= self.offline_up_to else "online"

    def tracker(self, mode: str) -> str:
        """Name of the tracker for a mode."""
        return self.trackers.get(mode) or self.trackers[""]

    def file(self, mode: str) -> WeightsFile | None:
        """The weights file for a mode, if the model has any."""
        return self.files.get(mode) or self.files.get("")


COTRACKER3_TRACKERS = {"online": "cotracker3-online", "offline": "cotracker3-offline"}
NON_COMMERCIAL = {
    "licence": "CC-BY-NC-4.0",
    "licence_url": "https://creativecommons.org/licenses/by-nc/4.0/",
    "commercial": False,
    "summary": "Free for any use that is not commercial, as long as the authors (Meta AI) are credited.",
}

COMPACT_FILE = WeightsFile("compact.safetensors", 9.1, repository="")

NAMED = (
    Model(
        "compact", "Our own CoTracker3 network alone; experimental", COTRACKER3_TRACKERS,
        {"": COMPACT_FILE}, offline_up_to=0,  # whole clips were a small part of its training; online measured better
    ),
    Model(
        "hybrid", "Our own network and templates together: finds points again, and places them exactly",
        {"": "hybrid"}, {"": COMPACT_FILE},
    ),
    Model(
        "cotracker3", "CoTracker3, the official weights trained further on real videos", COTRACKER3_TRACKERS,
        {"online": WeightsFile("scaled_online.pth", 101.6), "offline": WeightsFile("scaled_offline.pth", 101.8)},
        **NON_COMMERCIAL,  # type: ignore[arg-type]
    ),
    Model(
        "cotracker3-baseline", "CoTracker3, the official weights trained on rendered videos only", COTRACKER3_TRACKERS,
        {"online": WeightsFile("baseline_online.pth", 101.6), "offline": WeightsFile("baseline_offline.pth", 101.8)},
        **NON_COMMERCIAL,  # type: ignore[arg-type]
    ),
)
OWN_CHECKPOINT = Model(
    "checkpoint", "A weights file of your own", COTRACKER3_TRACKERS, licence="unknown", licence_url="", commercial=None,
    summary="The licence of your own file is not known to this program.",
)


@dataclass(frozen=True)
class Choice:
    """What will run: a model, its mode ("" where modes do not differ), its tracker and its weights.

    ``checkpoint`` is the file that the user named; None means that the model's own is to be found.
    """

    model: Model
    mode: str
    tracker: str
    checkpoint: Path | None = None

    @property
    def file(self) -> WeightsFile | None:
        """The weights file to find or fetch, if any."""
        return None if self.checkpoint else self.model.file(self.mode)


def bundled() -> str:
    """The model that ``auto`` stands for: the bundled one that measured best (``docs/model-card.md``).

    An installation without the network's file still has a tracker.
    """
    return "hybrid" if (BUNDLED_WEIGHTS / COMPACT_FILE.name).is_file() else "lucas-kanade"


def models() -> dict[str, Model]:
    """Every model by name: those with weights, then each registered tracker that needs none."""
    with_weights = {name for model in NAMED for name in model.trackers.values()}
    others = {name: entry for name, entry in registry.trackers().items() if name not in with_weights}
    plain = [Model(name, entry.title, {"": name}) for name, entry in others.items()]
    return {model.name: model for model in (*plain, *NAMED)}


def find_model(name: str) -> Model:
    """The model of a name; ``auto`` is the bundled one, and a tracker's own name works too.

    Raises
    ------
    TrackingError
        If there is no such model; the message lists those there are.
    """
    known = models()
    name = bundled() if name == "auto" else name
    if name in known:
        return known[name]
    for mode, tracker in COTRACKER3_TRACKERS.items():
        if name == tracker:
            official = known["cotracker3"]
            return replace(official, trackers={"": tracker}, files={"": official.files[mode]})
    raise TrackingError(f"expected a model out of auto, {', '.join(known)}; got {name!r}")


def choose(name: str = "auto", mode: str = "auto", n_frames: int = 1, checkpoint: str | Path | None = None) -> Choice:
    """Which model, mode, tracker and weights a request comes to.

    Parameters
    ----------
    name : str
        A model, or ``auto``.
    mode : {"auto", "online", "offline"}
        ``auto`` is offline up to 120 frames and online beyond; with a weights file of the user's,
        the one that its window was trained for.
    n_frames : int
        Length of the clip.
    checkpoint : path, optional
        A weights file of the user's own.

    Raises
    ------
    TrackingError
        If a name is unknown or a checkpoint is given to a model that has none.
    CheckpointError
        If the checkpoint does not exist.
    """
    if mode not in ("auto", "online", "offline"):
        raise TrackingError(f"expected mode auto, online or offline; got {mode!r}")
    if checkpoint:
        return _choose_for_file(name, mode, n_frames, Path(checkpoint))
    model = find_model(name)
    if not model.has_modes:
        return Choice(model, "", model.tracker(""))
    mode = model.mode_for(n_frames) if mode == "auto" else mode
    return Choice(model, mode, model.tracker(mode))


def checkpoint_window(path: Path) -> int | None:
    """Frames in the window that a weights file was trained with; None if it cannot be read cheaply."""
    from .inspection import require_torch

    require_torch()
    from ..model import checkpoint

    window: int | None = checkpoint.read_window(path)
    return window


def _choose_for_file(name: str, mode: str, n_frames: int, path: Path) -> Choice:
    if not path.is_file():
        raise CheckpointError(f"expected a weights file, got {str(path)!r}, which does not exist")
    model = _model_of_file(name, path)
    if not model.has_modes:
        return Choice(model, "", model.tracker(""), path)
    if mode == "auto":
        window = checkpoint_window(path)
        mode = model.mode_for(n_frames) if window is None else "online" if window == ONLINE_WINDOW else "offline"
    return Choice(model, mode, model.tracker(mode), path)


def _model_of_file(name: str, path: Path) -> Model:
    official = [model for model in NAMED if path.name in {file.name for file in model.files.values()}]
    if name == "auto":
        return official[0] if official else OWN_CHECKPOINT
    model = find_model(name)
    if not model.files:
        raise TrackingError(f"model {name!r} takes no weights file; leave it out, or ask for model cotracker3")
    # the file decides whose licence holds: weights of one's own are not Meta's
    if name == "hybrid" and official and model not in official:
        terms = {key: getattr(official[0], key) for key in ("licence", "licence_url", "commercial", "summary")}
        return replace(model, **terms)
    return model if model in official or name not in CHECKPOINT_MODELS else official[0] if official else model
