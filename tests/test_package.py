"""What is shipped: entry points, the manifest, versions that agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import import_module, metadata
from pathlib import Path

import npe2
import pytest

import napari_cotracker

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


def name_of(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return name[0].lower().replace("_", "-")


@pytest.mark.usefixtures("napari_works")
def test_the_manifest_is_found_and_everything_it_names_is_there() -> None:
    manifest = npe2.PluginManifest.from_distribution("napari-cotracker")
    assert manifest.display_name == "CoTracker"
    names = [command.python_name for command in manifest.contributions.commands or []]
    assert names
    for name in names:
        module, _, function = str(name).partition(":")
        assert callable(getattr(import_module(module), function)), name


def test_the_manifest_at_the_top_is_the_one_in_the_package() -> None:
    assert (REPOSITORY / "napari.yaml").resolve() == (REPOSITORY / "napari_cotracker" / "napari.yaml").resolve()


def test_both_ways_to_start_say_the_version() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="napari-cotracker")
    assert script.value == "napari_cotracker.cli:main"
    command = [sys.executable, "-m", "napari_cotracker", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"napari-cotracker {napari_cotracker.__version__}\n"


def test_the_version_is_in_the_changelog() -> None:
    assert f"## {napari_cotracker.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_is_pinned_once() -> None:
    text = (REPOSITORY / "constraints.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    pins = [name_of(line) for line in lines]
    assert len(pins) == len(set(pins))
    assert all("==" in line for line in lines)
    wanted = {name_of(r) for r in PROJECT["dependencies"]}
    wanted |= {name_of(r) for extra in ("dev", "docs", "vfx") for r in PROJECT["optional-dependencies"][extra]}
    assert wanted - {"napari-cotracker"} <= set(pins)


def test_types_are_shipped() -> None:
    assert (Path(napari_cotracker.__file__).parent / "py.typed").exists()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'trak'"):
        napari_cotracker.trak  # noqa: B018
    assert dir(napari_cotracker) == sorted(napari_cotracker.__all__)
