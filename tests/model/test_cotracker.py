"""Parity with the published network: every golden file, every intermediate it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.model import CoTracker3, CoTracker3Config
from napari_cotracker.model.correlation import correlate
from napari_cotracker.model.cotracker import Ends, Guess, encode_motion, interpolate_embedding, time_embedding
from napari_cotracker.model.encoder import build_pyramid
from napari_cotracker.model.layers import Pace
from tests.model.golden_clips import as_video, golden, network
from tests.model.weights import make_weights

PIXELS = 2e-3
PROBABILITY = 1e-4


def assert_close(got: Any, expected: np.ndarray, tolerance: float) -> None:
    """The largest difference stays below the tolerance, and shapes agree."""
    values = np.asarray(got)
    assert values.shape == expected.shape
    assert np.abs(values - expected).max() <= tolerance


def relative(expected: np.ndarray, share: float) -> float:
    """A tolerance relative to the range of what is expected."""
    return share * float(np.ptp(expected))


@pytest.fixture(scope="module")
def raw() -> dict[str, np.ndarray]:
    return golden("offline_raw")


@pytest.fixture(scope="module")
def pyramid(raw: dict[str, np.ndarray]) -> list[Tensor]:
    model = network("offline")
    with torch.inference_mode():
        return model.pyramid(torch.cat([model.encode(frame[None]) for frame in as_video(raw["frames"])]))


def prepare(raw: dict[str, np.ndarray], pyramid: list[Tensor]) -> tuple[Tensor, Guess]:
    """Templates and the first guess of the golden queries."""
    queries = torch.from_numpy(raw["queries"])
    xy = queries[:, 1:] / 4
    return network("offline").templates(pyramid, queries[:, 0].long(), xy), Guess.at_rest(xy, len(raw["frames"]))


@pytest.fixture(scope="module")
def clip(raw: dict[str, np.ndarray]) -> tuple[tuple[Tensor, Tensor, Tensor], list[Guess]]:
    """What is returned for the golden clip, and the state after each iteration on the way there."""
    states: list[Guess] = []
    refine = CoTracker3.refine

    def noted(self: CoTracker3, *args: Any, **kwargs: Any) -> Iterator[Guess]:
        for state in refine(self, *args, **kwargs):
            states.append(state)
            yield state

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CoTracker3, "refine", noted)
        result = network("offline").track_clip(as_video(raw["frames"]), torch.from_numpy(raw["queries"]), 6)
    return result, states


def test_offline_clip(raw: dict[str, np.ndarray], clip: tuple[tuple[Tensor, Tensor, Tensor], list[Guess]]) -> None:
    xy, visibility, confidence = clip[0]
    assert_close(xy, raw["coords"], PIXELS)
    assert_close(visibility, raw["vis"], PROBABILITY)
    assert_close(confidence, raw["conf"], PROBABILITY)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_very_short_clips(raw: dict[str, np.ndarray], length: int) -> None:
    queries = torch.from_numpy(raw[f"T{length}_queries"])
    xy, visibility, confidence = network("offline").track_clip(as_video(raw["frames"][:length]), queries, 4)
    assert_close(xy, raw[f"T{length}_coords"], PIXELS)
    assert_close(visibility, raw[f"T{length}_vis"], PROBABILITY)
    assert_close(confidence, raw[f"T{length}_conf"], PROBABILITY)


def test_a_clip_longer_than_the_time_embedding() -> None:
    long = golden("offline_long_raw")
    xy, visibility, confidence = network("offline").track_clip(
        as_video(long["frames"]), torch.from_numpy(long["queries"]), 4
    )
    assert_close(xy, long["coords"], PIXELS)
    assert_close(visibility, long["vis"], PROBABILITY)
    assert_close(confidence, long["conf"], PROBABILITY)
    stretched = interpolate_embedding(network("offline").time_emb, 66)[0, [0, 1, 33, 65]]
    assert_close(stretched, long["time_emb_66_rows"], 1e-5)


def test_every_iteration(raw: dict[str, np.ndarray], clip: tuple[tuple[Tensor, Tensor, Tensor], list[Guess]]) -> None:
    assert len(clip[1]) == len(raw["coords_iters"])
    for index, state in enumerate(clip[1]):
        assert_close((state.xy * 4).transpose(0, 1), raw["coords_iters"][index], PIXELS)
        assert_close(state.visibility.T.sigmoid(), raw["vis_iters"][index], PROBABILITY)
        assert_close(state.confidence.T.sigmoid(), raw["conf_iters"][index], PROBABILITY)


def test_features_and_templates(raw: dict[str, np.ndarray], pyramid: list[Tensor]) -> None:
    templates, _ = prepare(raw, pyramid)
    for level, maps in enumerate(pyramid):
        stride = max(1, 4 >> level)
        assert_close(maps[[0, 12], ::stride, ::stride].permute(0, 3, 1, 2), raw[f"mid_fmap{level}"], 1e-5)
        sums = np.array([maps.double().sum(), maps.double().abs().sum()])
        np.testing.assert_allclose(sums, raw[f"mid_fmap{level}_sums"], rtol=1e-5, atol=0.05)
        assert_close(templates[[0, 7], level].transpose(0, 1), raw[f"mid_support{level}"], 1e-5)


def test_encoder_stages(raw: dict[str, np.ndarray]) -> None:
    fnet = network("offline").fnet
    seen: dict[str, Tensor] = {}
    names = ["conv1", "layer1", "layer2", "layer3", "layer4"]

    def keep(name: str) -> Any:
        # a clone: later steps work in place
        return lambda module, inputs, output: seen.__setitem__(name, output.clone())

    handles = [getattr(fnet, name).register_forward_hook(keep(name)) for name in names]
    frames = 2 * (as_video(raw["frames"][[0, 12]]) / 255) - 1
    with torch.inference_mode():
        out = fnet(frames.contiguous(memory_format=torch.channels_last))
    for handle in handles:
        handle.remove()
    for name in names:
        expected = raw[f"mid_bb_{name}"]
        assert_close(seen[name][:, :8, ::4, ::4], expected, relative(expected, 1e-5))
    assert_close(out[:, :, ::4, ::4], raw["mid_bb_out_raw"], relative(raw["mid_bb_out_raw"], 1e-5))


def test_correlation_volumes_and_embeddings(raw: dict[str, np.ndarray], pyramid: list[Tensor]) -> None:
    model = network("offline")
    templates, guess = prepare(raw, pyramid)
    frames, tracks = [0, 5, 12], [0, 7]
    with torch.inference_mode():
        for level, maps in enumerate(pyramid):
            volume = correlate(maps, level, templates[tracks, level], guess.xy[tracks], torch.float32)
            assert_close(volume[:, frames].transpose(0, 1), raw[f"mid_it0_corrvol{level}"], 1e-5)
            embedding = model.corr_mlp(volume[:, frames].contiguous())
            assert_close(embedding.transpose(0, 1), raw[f"mid_it0_corremb{level}"], 1e-4)


def test_tokens_blocks_and_updates(raw: dict[str, np.ndarray], pyramid: list[Tensor]) -> None:
    model = network("offline")
    templates, guess = prepare(raw, pyramid)
    former = model.updateformer
    seen: dict[str, list[Tensor]] = {}

    def keep(name: str) -> Any:
        return lambda module, inputs, output: seen.setdefault(name, []).append(output)

    handles = [
        former.input_transform.register_forward_hook(
            lambda module, inputs, output: seen.setdefault("tokens", []).append(inputs[0])
        ),
        former.register_forward_hook(keep("delta")),
    ]
    kinds = {"time": former.time_blocks, "v2p": former.space_virtual2point_blocks,
             "vself": former.space_virtual_blocks, "p2v": former.space_point2virtual_blocks}
    handles += [b.register_forward_hook(keep(f"{k}{i}")) for k, blocks in kinds.items() for i, b in enumerate(blocks)]
    whole = Pace(1 << 30)
    with torch.inference_mode():
        list(model.refine(pyramid, templates, guess, 2, whole))
    for handle in handles:
        handle.remove()

    frames, tracks = [0, 5, 12], [0, 7]
    half = len(seen["tokens"]) // 2
    tokens = [torch.cat(seen["tokens"][:half]), torch.cat(seen["tokens"][half:])]
    for iteration in range(2):
        expected = raw[f"mid_it{iteration}_tokens"]
        assert_close(tokens[iteration][tracks][:, frames], expected, relative(expected, 1e-3))
        expected = raw[f"mid_it{iteration}_delta"]
        assert_close(seen["delta"][iteration], expected, relative(expected, 1e-3))
    for stage in range(3):
        points, virtual = seen[f"time{stage}"][:2]
        virtual = virtual.expand(-1, points.shape[1], -1)
        found = {
            f"time{stage}": torch.stack([points[0], points[7], virtual[0]])[:, frames],
            f"v2p{stage}": seen[f"v2p{stage}"][0][tracks][:, frames].transpose(0, 1),
            f"vself{stage}": seen[f"vself{stage}"][0][tracks][:, frames].transpose(0, 1),
            f"p2v{stage}": seen[f"p2v{stage}"][0][tracks][:, frames].transpose(0, 1),
        }
        for name, value in found.items():
            expected = raw[f"mid_it0_{name}"]
            assert_close(value, expected, relative(expected, 1e-3))


def test_time_embedding(raw: dict[str, np.ndarray]) -> None:
    for mode in ("online", "offline"):
        official = make_weights(mode, 1)["time_emb"]
        assert_close(time_embedding(official.shape[1], official.shape[2]), official, 1e-6)
    assert_close(
        interpolate_embedding(network("offline").time_emb, 24)[0, [0, 1, 11, 23]], raw["mid_time_emb_24_rows"], 1e-5
    )


@pytest.mark.parametrize("tokens", [1, 70, 400])
def test_the_pieces_do_not_change_the_result(raw: dict[str, np.ndarray], pyramid: list[Tensor], tokens: int) -> None:
    model = network("offline")
    templates, guess = prepare(raw, pyramid)
    calls = []
    with torch.inference_mode():
        whole = model.solve(pyramid, templates, guess, 1)
        pieces = next(model.refine(pyramid, templates, guess, 1, Pace(tokens, lambda: calls.append(1))))
    assert_close(pieces.xy, whole.xy.numpy(), 1e-4)
    assert len(calls) > 5


def test_training_and_inference_compute_the_same() -> None:
    # with gradients the plain torch layers run, without them the fused ones
    config = CoTracker3Config(
        encoder_widths=(8, 8, 8, 8), latent=8, radius=1, levels=2, corr_hidden=16, corr_out=8, hidden=16, heads=2,
        depth=2, virtual_tracks=4, model_resolution=(32, 48),
    )
    torch_state = torch.random.get_rng_state()
    model = CoTracker3(config)
    torch.random.set_rng_state(torch_state)
    video, queries = torch.rand(5, 3, 32, 48) * 255, torch.tensor([[0, 10.0, 12.0], [3, 30.5, 20.25]])
    learning = model.track_clip(video, queries, 2)
    with torch.inference_mode():
        using = model.track_clip(video, queries, 2)
    for a, b in zip(learning, using, strict=True):
        assert_close(b, a.detach().numpy(), 1e-4)
    sum(part.sum() for part in learning).backward()  # type: ignore[union-attr]
    missing = [name for name, value in model.named_parameters() if value.grad is None]
    assert not missing


def test_half_precision_stays_close(raw: dict[str, np.ndarray]) -> None:
    from napari_cotracker.model import load_checkpoint
    from tests.model.golden_clips import official_file

    model = load_checkpoint(official_file("offline")).use_precision(torch.bfloat16)
    with torch.inference_mode():
        xy, _, _ = model.track_clip(as_video(raw["frames"][:5]), torch.from_numpy(raw["T5_queries"]), 4)
    assert xy.dtype == torch.float32
    # random weights amplify rounding: the reference's own bfloat16 differs by 0.2 to 0.6 px
    assert np.median(np.abs(xy.numpy() - raw["T5_coords"])) < 0.1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 7), st.integers(1, 3))
def test_motion_is_antisymmetric_in_time(length: int, count: int) -> None:
    generator = torch.Generator().manual_seed(length * 10 + count)
    xy = torch.rand(count, length, 2, generator=generator) * 20
    unit = torch.tensor([12.0, 8.0])
    forward, backward = encode_motion(xy, unit), encode_motion(xy.flip(1), unit).flip(1)
    # reversing time exchanges what lies ahead with what lies behind
    torch.testing.assert_close(forward[..., :2], backward[..., 2:4])
    assert forward.shape == (count, length, 84)


def test_wrong_inputs_get_one_sentence() -> None:
    model = network("offline")
    clip, query = torch.zeros(2, 3, 32, 32), torch.tensor([[0, 1.0, 1.0]])
    for video, queries, words in [
        (clip[:0], query, "T ≥ 1"), (clip[:, :2], query, "got .2, 2"), (clip, query[:, :2], "got .1, 2"),
        (clip, torch.tensor([[2, 1.0, 1.0]]), "frames 0 to 1"),
        (clip, torch.tensor([[0, float("nan"), 1.0]]), "finite"),
        (torch.zeros(2, 3, 30, 32), query, "multiples of 4"),
    ]:
        with pytest.raises(ValueError, match=words):
            model.track_clip(video, queries)


def test_half_precision_pyramid_averages_in_float32() -> None:
    features = torch.rand(1, 8, 8, 4)
    exact, rounded = build_pyramid(features, 3), build_pyramid(features.half(), 3)
    for a, b in zip(exact, rounded, strict=True):
        assert b.dtype == torch.float16
        assert float((a - b.float()).abs().max()) < 1e-3


def test_compiled_blocks_compute_the_same(raw: dict[str, np.ndarray]) -> None:
    from napari_cotracker.model import load_checkpoint
    from tests.model.golden_clips import official_file

    # the eager backend traces as any other does and needs no compiler
    model = load_checkpoint(official_file("offline")).compile_blocks(backend="eager")
    with torch.inference_mode():
        xy, _, _ = model.track_clip(as_video(raw["frames"][:5]), torch.from_numpy(raw["T5_queries"]), 4)
    assert_close(xy, raw["T5_coords"], PIXELS)


def test_clips_together_are_clips_one_by_one() -> None:
    model = network("offline")
    generator = torch.Generator().manual_seed(5)
    clips = [torch.rand(3, 3, 64, 64, generator=generator) * 255 for _ in range(2)]
    spots = torch.rand(2, 4, 2, generator=generator) * 15  # of every clip, in feature pixels
    pyramids = [model.pyramid(model.encode(clip)) for clip in clips]
    templates = [model.templates(p, torch.arange(4) % 3, xy) for p, xy in zip(pyramids, spots, strict=True)]
    alone = [model.solve(p, k, Guess.at_rest(xy, 3), 2) for p, k, xy in zip(pyramids, templates, spots, strict=True)]
    joint = list(model.refine(
        [torch.cat(level) for level in zip(*pyramids, strict=True)], torch.stack(templates, 1).flatten(0, 1),
        Guess.at_rest(spots.transpose(0, 1).flatten(0, 1), 3), 2, Pace(8), clips=2,
    ))[-1]
    for clip, one in enumerate(alone):
        for together, apart in zip(joint.parts(), one.parts(), strict=True):
            assert_close(together[clip::2], apart.numpy(), 1e-3)


def between_two_ends(share: float, held: bool) -> tuple[CoTracker3, list[Tensor], Tensor, Guess, Ends]:
    """A stretch of eight frames, three tracks, with templates of the first and of the last frame."""
    torch.manual_seed(3)
    model = network("offline")
    with torch.inference_mode():
        pyramid = model.pyramid(model.encode(torch.rand(8, 3, 96, 128) * 255))
        xy = torch.tensor([[5.0, 6.0], [20.0, 9.0], [11.0, 15.0]])
        near, far = (model.templates(pyramid, torch.full((3,), frame), xy) for frame in (0, 7))
    cells = torch.zeros(3, 8, dtype=torch.bool)
    cells[:, [0, 7]] = held
    return model, pyramid, near, Guess.at_rest(xy, 8), Ends(far, torch.full((3, 8), share), cells)


def test_known_cells_are_held_while_all_others_are_updated() -> None:
    model, pyramid, near, guess, ends = between_two_ends(0.5, held=True)
    with torch.inference_mode():
        for solved in model.refine(pyramid, near, guess, 2, ends=ends):
            for now, before in zip(solved.parts(), guess.parts(), strict=True):
                assert torch.equal(now[:, [0, 7]], before[:, [0, 7]])
                assert not torch.isclose(now[:, 1:7], before[:, 1:7]).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_template_that_counts_alone_is_as_if_there_was_no_other(share: float) -> None:
    model, pyramid, near, guess, ends = between_two_ends(share, held=False)
    with torch.inference_mode():
        mixed = model.solve(pyramid, near, guess, 1) if share == 0 else model.solve(pyramid, ends.templates, guess, 1)
        *_, solved = model.refine(pyramid, near, guess, 1, ends=ends)
    torch.testing.assert_close(solved.xy, mixed.xy, atol=1e-4, rtol=1e-4)


def test_embeddings_of_both_templates_are_mixed() -> None:
    model, pyramid, near, guess, ends = between_two_ends(0.5, held=False)
    with torch.inference_mode():
        (_, one), = model._match(pyramid, near, guess.xy, pace=model.pace(), clips=1, ends=None)
        (_, other), = model._match(pyramid, ends.templates, guess.xy, pace=model.pace(), clips=1, ends=None)
        (_, both), = model._match(pyramid, near, guess.xy, pace=model.pace(), clips=1, ends=ends)
    torch.testing.assert_close(both, (one + other) / 2, atol=1e-5, rtol=1e-5)
