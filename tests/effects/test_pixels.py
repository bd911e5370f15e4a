"""Effects within a mask, all that there are."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.core.options import choices_of
from napari_cotracker.core.registry import effects
from napari_cotracker.effects.pixels import change

NOISE = np.random.default_rng(0).random((80, 120, 3))
MASK = np.zeros((80, 120), np.float32)
MASK[30:50, 40:70] = 1


def frame(dtype):
    most = 1 if dtype is np.float32 else np.iinfo(dtype).max
    return (NOISE * most).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("name", ["blur", "grade", "inpaint", "pixelate"])
def test_only_the_mask_changes(name, dtype):
    effect, given = effects()[name], frame(dtype)
    found = change(effect, given, MASK, {"exposure": 1} if name == "grade" else None)
    assert found.dtype == dtype
    np.testing.assert_array_equal(given, frame(dtype))
    np.testing.assert_array_equal(found[MASK == 0], given[MASK == 0])
    assert (found[MASK > 0] != given[MASK > 0]).mean() > 0.8


@pytest.mark.parametrize("effect", effects().values(), ids=list(effects()))
def test_every_effect_takes_any_mask(effect):
    assert all(choice.text for choice in choices_of(effect.options))
    for mask in (MASK * 0, MASK * 0 + 1, np.pad(MASK[:20, :30] + 1, ((0, 60), (0, 90)))):
        found = change(effect, frame(np.float32), mask)
        assert found.shape == NOISE.shape
        assert np.isfinite(found).all()
    tiny = np.full((1, 1, 3), 0.5, np.float32)
    assert change(effect, tiny, np.ones((1, 1), np.float32)).shape == (1, 1, 3)


def test_a_soft_mask_changes_softly_and_alpha_stays():
    given = np.full((10, 10, 4), 0.25, np.float32)
    found = change(effects()["grade"], given, np.full((10, 10), 0.5, np.float32), {"exposure": 2})
    np.testing.assert_allclose(found[5, 5], [0.625, 0.625, 0.625, 0.25])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_what_is_transparent_neither_shines_nor_darkens(dtype):
    given = np.zeros((60, 60, 4), dtype)
    given[:, 30:] = 1 if dtype == np.float32 else 255
    found = change(effects()["blur"], given, np.ones((60, 60), np.float32), {"radius": 6})
    np.testing.assert_array_equal(found[..., 3], given[..., 3])
    np.testing.assert_allclose(found[:, 30:], given[:, 30:], rtol=0.01)  # white, up to its edge
    if dtype == np.float32:
        assert not found[:, :30].any()


def test_mistakes_are_told():
    with pytest.raises(EditError, match=r"mask of shape \(80, 120\)"):
        change(effects()["blur"], frame(np.uint8), MASK[1:])
    with pytest.raises(FormatError, match="options of blur out of radius"):
        change(effects()["blur"], frame(np.uint8), MASK, {"size": 3})


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["blur", "grade", "inpaint", "pixelate"])
def test_single_pixels_that_are_no_number_do_not_spread(name, odd, alpha):
    """As renderers leave them: one made all that was blurred black."""
    given = np.full((80, 120, 3 + alpha), 0.5, np.float32)
    given[40, 55], given[35, 60, 0], given[5, 5] = odd, odd, odd
    with np.errstate(all="raise"):
        found = change(effects()[name], given, MASK)
    np.testing.assert_array_equal(found[MASK == 0], given[MASK == 0])
    colours = found[MASK > 0][:, :3]
    if alpha:  # which stays as it was
        np.testing.assert_array_equal(found[..., 3], given[..., 3])
    clean = change(effects()[name], np.full_like(given, 0.5), MASK)[MASK > 0][:, :3]
    same = np.isclose(colours, clean, atol=1e-3).all(1)
    assert np.isfinite(colours).all() and (~same).sum() <= alpha
