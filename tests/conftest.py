"""What every test gets: folders of its own in place of the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# the networks of tests are small: more threads would wait for one another, and for whatever else runs
os.environ.setdefault("OMP_NUM_THREADS", "1")

# how long an example takes says how busy the machine is
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the cache, the settings or the weights of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HF_HOME", "HF_HUB_CACHE", "LOCALAPPDATA",
                     "TORCHINDUCTOR_CACHE_DIR"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture
def napari_works() -> None:
    """Outside of tests/ui, what speaks of napari is left out where the system has no libraries for a window."""
    pytest.importorskip("napari.layers", exc_type=ImportError)
    pytest.importorskip("qtpy.QtGui", exc_type=ImportError)
