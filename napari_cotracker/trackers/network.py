"""What both CoTracker3 trackers are to those who call them; loads torch only when one is made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from ..core.blending import Sides
from ..core.gaps import GapJob
from ..core.tracker import Control, TrackJob, TrackUpdate
from .settings import CoTracker3Settings


class NetworkTracker(ABC):
    """A CoTracker3 network, loaded and ready to run.

    Parameters
    ----------
    settings : CoTracker3Settings

    Raises
    ------
    CheckpointError, TrackingError
        If there is no such network or device.
    """

    whole: ClassVar[bool]

    def __init__(self, settings: CoTracker3Settings) -> None:
        from .engine import load_network

        self.settings = settings
        self._network = load_network(settings)

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        """Run the job; later updates revise earlier ones.

        Raises
        ------
        TrackingError
            If the run cannot go on, memory that ran out included.
        """
        from .engine import guarded

        return guarded(self._track(job, control))

    def refine(self, job: GapJob, sides: list[Sides | None], control: Control) -> Iterator[TrackUpdate]:
        """Improve gaps between known cells, of which both directions have been heard.

        Raises
        ------
        TrackingError
            If the network cannot go on.
        """
        from .engine import guarded
        from .refinement import refine_gaps

        return guarded(refine_gaps(self._network, self.settings, job, sides, control, whole=self.whole))

    @property
    def is_on_processor(self) -> bool:
        """Whether the network takes the same cores as everything else."""
        return self._network.model.device.type == "cpu"

    @abstractmethod
    def _track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]: ...
