from __future__ import annotations

import pytest

from napari_cotracker.core import samples
from napari_cotracker.core.errors import CotrackerError


def test_each_sample_has_a_film_and_its_truth():
    assert samples.sample_names() == ("cells", "insects", "street")
    for name in samples.sample_names():
        assert samples.sample_clip(name).is_file()
        assert samples.sample_truth(name).is_file()


@pytest.mark.parametrize("find", [samples.sample_clip, samples.sample_truth])
@pytest.mark.parametrize("name", ["mice", "", "../sample_data/cells", "*"])
def test_an_unknown_sample_is_refused_with_the_known_ones(find, name):
    with pytest.raises(CotrackerError, match="out of cells, insects, street, got"):
        find(name)


@pytest.mark.parametrize("place", ["package", "package/.."], ids=["installed", "checkout"])
def test_finds_them_within_the_package_or_beside_it(place, tmp_path, monkeypatch):
    module = tmp_path / "package" / "core" / "samples.py"
    module.parent.mkdir(parents=True)
    monkeypatch.setattr(samples, "__file__", str(module))
    with pytest.raises(CotrackerError, match="found none"):
        samples.sample_names()
    folder = (tmp_path / place).resolve() / "sample_data"
    folder.mkdir()
    (folder / "one.mp4").touch()
    assert samples.sample_clip("one") == folder / "one.mp4"
