"""What can be propagated has options that say what they are for."""

import pytest

from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.core.options import choices_of
from napari_cotracker.effects.stabilise import StabiliseOptions
from napari_cotracker.tasks.edit_options import WHATS, MatteOptions, PlacedOptions, options_of, read_words


@pytest.mark.parametrize("what", WHATS)
def test_every_option_says_what_it_is_for(what: str) -> None:
    kind = options_of(what, "blur" if what == "effect" else None)
    assert all(choice.text for choice in (*choices_of(kind), *choices_of(MatteOptions)))


def test_words_are_sorted_by_whose_they_are() -> None:
    words = read_words("insert", {"mode": "screen", "brightness": "yes", "feather": "3", "model": "affine",
                                  "crf": "20"})
    assert words.own == PlacedOptions(mode="screen", brightness=True)
    assert (words.matte.feather, words.motion.model, words.rest) == (3.0, "affine", {"crf": "20"})


@pytest.mark.parametrize(("what", "word"), [("stmap", "feather"), ("pin", "behind"), ("stabilise", "feather"),
                                            ("labels", "feather"), ("labels", "smooth")])
def test_words_that_would_change_nothing_are_left_for_whoever_refuses_them(what: str, word: str) -> None:
    assert read_words(what, {word: "1", "threshold": "0.7"}).rest == {word: "1"}
    assert read_words(what, {"threshold": "0.7"}).motion.threshold == 0.7


def test_masks_and_pictures_go_behind_things_and_effects_cover_them() -> None:
    assert [read_words(what, {}, "blur").matte.behind for what in ("mask", "insert", "effect")] == [True, True, False]
    assert read_words("effect", {"behind": "yes"}, "blur").matte.behind


def test_a_word_that_two_know_is_of_what_is_propagated() -> None:
    words = read_words("stabilise", {"model": "homography"})
    assert words.own == StabiliseOptions(model="homography")
    assert words.motion.model == "auto"


def test_what_there_is_not_is_told() -> None:
    with pytest.raises(EditError, match=r"one of mask, insert, .* got 'roto'"):
        options_of("roto")
    with pytest.raises(EditError, match=r"an effect out of blur, .* got 'glow'"):
        options_of("effect", "glow")
    with pytest.raises(FormatError, match="a number from 0 to 64 for the option 'feather', got 'wide'"):
        read_words("mask", {"feather": "wide"})
