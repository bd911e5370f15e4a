"""Fetching official weights from the Hugging Face hub: progress, cancel, and errors one can act on."""

from __future__ import annotations

import errno
import inspect
import logging
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.errors import CheckpointError, TrackingError
from ..core.tracker import Control
from .models import Choice, WeightsFile
from .weights import accept_licence, by_hand, cache_folder, check_fetched, is_accepted, licence_notice, require_local

POLL_SECONDS = 0.25


class Cancelled(TrackingError):
    """The user cancelled before the weights were there."""


class _Meter:
    """What the downloading thread and the one that waits for it tell each other."""

    def __init__(self) -> None:
        self.fetched = 0
        self.stop = threading.Event()
        self.path: str | None = None
        self.error: BaseException | None = None

    def advance(self, n: float | None) -> None:
        if self.stop.is_set():
            raise Cancelled("the download was cancelled")
        self.fetched += int(n or 0)


def provide_weights(choice: Choice, accepted: bool = False, control: Control | None = None
                    ) -> Generator[tuple[float, str], None, Path | None]:
    """The weights of a choice: found on this computer, or fetched if its licence is accepted.

    Parameters
    ----------
    choice : Choice
    accepted : bool
        Whether the user accepts the licence now; it is remembered.

    Yields
    ------
    (share, message)
        While fetching, several times a second.

    Raises
    ------
    CheckpointError
        If the licence is not accepted or the file cannot be had; the message says what to do by hand.
    """
    local = require_local(choice)
    if local is not None or choice.file is None:
        return local
    notice = licence_notice(choice)
    if notice is not None and not accepted:
        raise CheckpointError(
            f"expected the licence of model {notice.model} to be accepted ({notice.licence}, {notice.licence_url}: "
            f"{notice.summary.rstrip('.')}) before {notice.file} is fetched; accept it with --accept-licence "
            f"(accept_licence=True in Python), or {by_hand(choice.file)}"
        )
    if not is_accepted(choice.model):
        accept_licence(choice.model)
    return (yield from fetch(choice.file, control or Control()))


def fetch(file: WeightsFile, control: Control) -> Generator[tuple[float, str], None, Path]:
    """Fetch one file into the cache of huggingface-hub.

    Raises
    ------
    CheckpointError
        If the network, the hub or the disk refuses.
    """
    meter = _Meter()
    thread = threading.Thread(target=_download, args=(file, meter), name=f"fetch {file.name}", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            if control.cancelled():
                raise Cancelled(f"cancelled before {file.name} was fetched; what came so far is kept for the next try")
            share = min(meter.fetched / (file.megabytes * 1e6), 1.0)
            yield share, f"fetching {file.name}: {meter.fetched / 1e6:.1f} of {file.megabytes:.1f} MB"
    finally:
        meter.stop.set()
    if meter.error is not None or meter.path is None:
        raise CheckpointError(f"cannot fetch {file.name}: {_reason(meter.error)}; {by_hand(file)}") from meter.error
    path = Path(meter.path)
    check_fetched(path, file)
    return path


def _download(file: WeightsFile, meter: _Meter) -> None:
    from huggingface_hub import hf_hub_download

    extra: dict[str, Any] = {}
    if "tqdm_class" in inspect.signature(hf_hub_download).parameters:  # older versions show no progress
        extra["tqdm_class"] = _silent_bar(meter)
    try:
        with _quiet():
            # the file is public: a stale token of the user's would only make the hub refuse it
            meter.path = hf_hub_download(
                file.repository, file.name, cache_dir=cache_folder(), endpoint=os.environ.get("HF_ENDPOINT") or None,
                token=False, **extra,
            )
    except BaseException as error:  # the waiting thread reports it
        meter.error = error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's word of every retry to itself: the outcome is said once, by us."""
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _silent_bar(meter: _Meter) -> type[Any]:
    from tqdm import tqdm

    class SilentBar(tqdm):  # type: ignore[misc]
        """Counts bytes and shows nothing."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})
            meter.advance(kwargs.get("initial"))

        def update(self, n: float | None = 1) -> None:
            meter.advance(n)

    return SilentBar


def _reason(error: BaseException | None) -> str:
    """Why a download failed, in one clause."""
    from huggingface_hub import errors

    if isinstance(error, errors.EntryNotFoundError | errors.RepositoryNotFoundError) and _status(error) == 404:
        return "the hub does not have it any more"
    status = _status(error) or _status(getattr(error, "__cause__", None))
    if status is not None:
        return f"the hub answered with HTTP status {status}"
    if isinstance(error, errors.OfflineModeIsEnabled | errors.LocalEntryNotFoundError):
        return "there is no connection to the Hugging Face hub"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk of {cache_folder()} is full"
    if isinstance(error, PermissionError):
        return f"{cache_folder()} cannot be written"
    first = (str(error).strip().splitlines() or [""])[0]
    return f"the transfer broke off ({type(error).__name__}: {first:.120})"


def _status(error: BaseException | None) -> int | None:
    status: int | None = getattr(getattr(error, "response", None), "status_code", None)
    return status
