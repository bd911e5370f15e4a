"""Lost points are found again by their looks, wherever they are; nobody else is moved."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.model.correlation import sample_templates
from napari_cotracker.model.cotracker import Guess
from napari_cotracker.model.encoder import build_pyramid, normalise_features
from napari_cotracker.model.redetection import ALIKE, ROWS, match_everywhere, redetect

RADIUS, FRAMES, SIZE, CHANNELS = 2, 8, (48, 64), 24
FROM, TO = (14.0, 20.0), (46.0, 24.0)  # where the point is, and where it comes back
AWAY = 4  # the frame from which on it is there


def scene(seed: int = 0, levels: int = 4, away: Sequence[int] = range(AWAY, FRAMES),
          to: Sequence[tuple[float, float]] = (TO,)) -> list[Tensor]:
    """A pyramid of features that change slowly from pixel to pixel; on some frames, what was on the left is right."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(FRAMES, CHANNELS, SIZE[0] // 4, SIZE[1] // 4, generator=generator)
    pictures = torch.nn.functional.interpolate(noise, SIZE, mode="bicubic")
    piece = torch.nn.functional.interpolate(
        torch.randn(1, CHANNELS, 6, 6, generator=generator), (24, 24), mode="bicubic")[0]
    for frame in range(FRAMES):
        for place in to if frame in away else (FROM,):
            x, y = (int(part) - 12 for part in place)
            pictures[frame, :, y : y + 24, x : x + 24] = piece
    return build_pyramid(normalise_features(pictures), levels)


def guess_at(xy: tuple[float, float], tracks: int, score: float) -> Guess:
    logits = torch.full((tracks, FRAMES), score)
    return Guess(torch.tensor(xy).expand(tracks, FRAMES, 2).clone(), logits, logits.clone())


def templates_of(pyramid: list[Tensor], tracks: int = 1) -> Tensor:
    return sample_templates(pyramid, torch.zeros(tracks, dtype=torch.long), torch.tensor([FROM] * tracks), RADIUS)


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_a_point_is_found_wherever_it_is(levels: int) -> None:
    pyramid = scene(levels=levels)
    match = match_everywhere(pyramid, templates_of(pyramid), torch.tensor(FROM).expand(1, FRAMES, 2))
    step = 2 ** min(1, levels - 1)
    expected = torch.tensor([FROM] * AWAY + [TO] * (FRAMES - AWAY))
    assert bool(((match.xy[0] - expected).abs() <= step / 2).all())
    torch.testing.assert_close(match.alike[0, :AWAY], match.here[0, :AWAY])
    assert float((match.alike - match.here)[0, AWAY:].min()) > ALIKE


def test_a_lost_point_starts_where_it_seems_to_be() -> None:
    pyramid = scene()
    guess = guess_at(FROM, 1, -3.0)
    found = redetect(pyramid, templates_of(pyramid), guess, torch.tensor([0]))
    assert bool((found.xy[0, :AWAY] == torch.tensor(FROM)).all())
    assert bool(((found.xy[0, AWAY:] - torch.tensor(TO)).abs() <= 1).all())
    torch.testing.assert_close(found.visibility, guess.visibility)
    torch.testing.assert_close(found.confidence, guess.confidence)
    assert bool((guess.xy == torch.tensor(FROM)).all()), "the guess that was given stays as it was"


def test_who_is_sure_or_not_to_be_looked_for_stays() -> None:
    pyramid = scene()
    sure, lost = guess_at(FROM, 1, 4.0), guess_at(FROM, 2, -3.0)
    guess = Guess(*(torch.cat(pair) for pair in zip(sure.parts(), lost.parts(), strict=True)))
    found = redetect(pyramid, templates_of(pyramid, 3), guess, torch.tensor([0, 2]))
    assert bool((found.xy[:2] == guess.xy[:2]).all())
    assert bool((found.xy[2, AWAY:] != guess.xy[2, AWAY:]).any())


def test_what_is_nowhere_to_be_seen_stays() -> None:
    pyramid = scene()
    strange = sample_templates(scene(seed=1), torch.tensor([0]), torch.tensor([FROM]), RADIUS)
    guess = guess_at(FROM, 1, -3.0)
    assert bool((redetect(pyramid, strange, guess, torch.tensor([0])).xy == guess.xy).all())


def test_between_look_alikes_as_far_away_nobody_chooses() -> None:
    guess = guess_at((14.0, 24.0), 1, -3.0)
    one, two = scene(to=[(46.0, 12.0)]), scene(to=[(46.0, 12.0), (46.0, 36.0)])
    assert bool((redetect(one, templates_of(one), guess, torch.tensor([0])).xy[0, AWAY:] != guess.xy[0, AWAY:]).any())
    found = redetect(two, templates_of(two), guess, torch.tensor([0]))
    assert bool((found.xy[0, AWAY:] == guess.xy[0, AWAY:]).all())


@pytest.mark.parametrize("nearer", [12.0, 36.0])
def test_of_look_alikes_the_nearer_one_is_the_best(nearer: float) -> None:
    pyramid = scene(to=[(46.0, 12.0), (46.0, 36.0)])
    supposed = torch.tensor((46.0, 12.0 if nearer == 12 else 44.0)).expand(1, FRAMES, 2)
    match = match_everywhere(pyramid, templates_of(pyramid), supposed)
    assert bool(((match.xy[0, AWAY:] - torch.tensor((46.0, nearer))).abs() <= 1).all())


@pytest.mark.parametrize("away", [(5,), (3, 6)])
def test_what_is_seen_for_one_frame_only_stays(away: tuple[int, ...]) -> None:
    pyramid = scene(away=away)
    guess = guess_at(FROM, 1, -3.0)
    assert bool((match_everywhere(pyramid, templates_of(pyramid), guess.xy).xy[0, list(away)] != guess.xy[0, 0]).any())
    assert bool((redetect(pyramid, templates_of(pyramid), guess, torch.tensor([0])).xy == guess.xy).all())


def test_it_can_be_stopped_between_pieces() -> None:
    pyramid, tracks, calls = scene(), 3 * ROWS, list[int]()

    def stop_at_the_second() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        redetect(pyramid, templates_of(pyramid, tracks), guess_at(FROM, tracks, -3.0), torch.arange(tracks),
                 stop_at_the_second)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 150), st.integers(0, 100), st.booleans())
def test_in_pieces_or_at_once_it_is_the_same(tracks: int, seed: int, is_far: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    pyramid = scene()
    xy = torch.rand(tracks, 2, generator=generator) * torch.tensor([SIZE[1] - 1.0, SIZE[0] - 1.0])
    templates = sample_templates(pyramid, torch.zeros(tracks, dtype=torch.long), xy, RADIUS)
    start = (xy + (1e6 if is_far else 0))[:, None].expand(tracks, FRAMES, 2).clone()
    guess = Guess(start, torch.full((tracks, FRAMES), -3.0), torch.full((tracks, FRAMES), -3.0))
    whole = redetect(pyramid, templates, guess, torch.arange(tracks))
    for row in (0, tracks // 2, tracks - 1):
        alone = redetect(pyramid, templates, guess, torch.tensor([row]))
        torch.testing.assert_close(alone.xy[row], whole.xy[row])
