"""Weights files: where they lie, whose licence they carry, and how the official ones are fetched.

A file is looked for in the folder of this program first (drop files there by hand), then in the
cache of huggingface-hub, and only then fetched; that needs the user's consent to the licence, once.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core.errors import CheckpointError
from ..core.files import replacing
from .models import BUNDLED_WEIGHTS, Choice, Model, WeightsFile

# a fetched file may differ this much from the size in our table, which knows one decimal of a megabyte
SIZE_TOLERANCE = 0.02


@dataclass(frozen=True)
class LicenceNotice:
    """What a user must be shown before weights are fetched.

    Parameters
    ----------
    model, licence, licence_url, summary : str
    file, url : str
        What would be fetched, and from where.
    megabytes : float
    folder : str
        Where it would be kept.
    """

    model: str
    licence: str
    licence_url: str
    summary: str
    file: str
    url: str
    megabytes: float
    folder: str

    def __str__(self) -> str:
        return (
            f"Model {self.model} needs {self.file} ({self.megabytes:.1f} MB), which is not on this computer yet.\n"
            f"Its licence is {self.licence} ({self.licence_url}). {self.summary}\n"
            f"It would be fetched from {self.url}\nand kept in {self.folder}."
        )


def weights_folder() -> Path:
    """The folder in which users may drop weights files by hand; looked at first."""
    import platformdirs

    return platformdirs.user_data_path("napari-cotracker", appauthor=False) / "weights"


def consent_file() -> Path:
    """The file that remembers which licences were accepted."""
    import platformdirs

    return platformdirs.user_config_path("napari-cotracker", appauthor=False) / "licences.json"


def cache_folder() -> Path:
    """The folder in which huggingface-hub keeps what it fetched."""
    from huggingface_hub import constants

    return Path(os.environ.get("HF_HUB_CACHE") or constants.HF_HUB_CACHE)


def find_weights(file: WeightsFile) -> Path | None:
    """A weights file that is on this computer already; None if it is not. Asks no network."""
    if not file.repository:
        bundled = BUNDLED_WEIGHTS / file.name
        return bundled if bundled.is_file() else None
    by_hand = weights_folder() / file.name
    if by_hand.is_file():
        return by_hand
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(file.repository, file.name, cache_dir=cache_folder())
    return Path(cached) if isinstance(cached, str) and Path(cached).is_file() else None


def require_local(choice: Choice) -> Path | None:
    """The weights of a choice if they need no fetching: the user's own, or found; None if they must be fetched.

    Raises
    ------
    CheckpointError
        If a file that should come with this package is not there.
    """
    if choice.checkpoint or choice.file is None:
        return choice.checkpoint
    found = find_weights(choice.file)
    if found is None and not choice.file.repository:
        raise CheckpointError(
            f"expected {choice.file.name} of model {choice.model.name!r} to come with this version of "
            "napari-cotracker, and it does not; use model lucas-kanade or cotracker3, "
            "or name a weights file with --checkpoint"
        )
    return found


def licence_notice(choice: Choice) -> LicenceNotice | None:
    """What to show and have accepted before this choice can run; None if nothing is to be asked.

    Nothing is asked for files that are on this computer already, nor twice for one model.
    """
    file, model = choice.file, choice.model
    if file is None or require_local(choice) is not None or is_accepted(model):
        return None
    return LicenceNotice(
        model.name, model.licence, model.licence_url, model.summary, file.name, file.url, file.megabytes,
        str(cache_folder()),
    )


def is_accepted(model: Model) -> bool:
    """Whether the licence of a model was accepted on this computer before."""
    entry = _consents().get(model.name)
    return isinstance(entry, dict) and entry.get("licence") == model.licence


def accept_licence(model: Model) -> None:
    """Remember that the user accepted the licence of a model.

    Raises
    ------
    CheckpointError
        If the answer cannot be written down.
    """
    path = consent_file()
    date = datetime.now(UTC).isoformat(timespec="seconds")
    entry = {"licence": model.licence, "url": model.licence_url, "date": date}
    text = json.dumps({**_consents(), model.name: entry}, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"cannot note in {path} that the licence was accepted: {error.strerror}") from error
    with replacing(path, CheckpointError) as temporary:
        temporary.write_text(text, encoding="utf-8")


def check_fetched(path: Path, file: WeightsFile) -> None:
    """Make sure that a fetched file is whole: its size as expected, its content as the hub's checksum says.

    Raises
    ------
    CheckpointError
        If it is not; the file is removed, so that the next try fetches it anew.
    """
    size, blob = path.stat().st_size / 1e6, path.resolve()
    sound = abs(size - file.megabytes) <= SIZE_TOLERANCE * file.megabytes
    # the hub names large files by their SHA-256
    if sound and len(blob.name) == hashlib.sha256().digest_size * 2:
        sound = sha256(blob) == blob.name
    if not sound:
        path.unlink(missing_ok=True)
        blob.unlink(missing_ok=True)
        raise CheckpointError(
            f"expected {file.name} to be a whole file of {file.megabytes:.1f} MB, got {size:.1f} MB or other content; "
            f"it was removed; try again, or {by_hand(file)}"
        )


def by_hand(file: WeightsFile) -> str:
    """How to do without this program's download, completing "or ..."."""
    return (
        f"fetch {file.url} with a browser and put it into {weights_folder()}, or name it with --checkpoint"
    )


def sha256(path: Path) -> str:
    """SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _consents() -> dict[str, Any]:
    try:
        found = json.loads(consent_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
