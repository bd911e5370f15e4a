"""Teams: one process passes through, several agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from napari_cotracker.training.team import Team

REPOSITORY = Path(__file__).parents[2]

SCRIPT = """
import hashlib, json, sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

torch.set_num_threads(1)

from napari_cotracker.training import supply
from napari_cotracker.training.clips import Workshop
from napari_cotracker.training.loop import Trainer
from napari_cotracker.training.options import Lesson, find_preset
from napari_cotracker.training.team import Team

folder, team = Path(sys.argv[1]), Team(torch.device("cpu"))
both, one = nn.Parameter(torch.zeros(2, 3)), nn.Parameter(torch.zeros(4))
both.grad = torch.full((2, 3), float(team.rank + 1))
if team.rank:
    one.grad = torch.full((4,), 5.0)
going_on = team.agree(iter([both, one]), 10.0 + team.rank, False)
stopping = team.agree([both, one], 20.0 + team.rank, team.rank == 1)

supply.Workshop = partial(Workshop, textures=3, side=32)
options = replace(find_preset("tiny").options, lessons=(Lesson(1.0, 6, (32, 32), 2, 4, 1),))
trainer = Trainer(options, folder / "run", total=1e6, seed=1, device=torch.device("cpu"))
steps = list(trainer.run(1e6, lambda: team.rank == 1 and trainer.state.step == 1))
weights = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in trainer.model.parameters())).hexdigest()
facts = {
    "size": team.size, "leads": team.leads, "going_on": going_on, "stopping": stopping, "both": both.grad.tolist(),
    "one": one.grad.tolist(), "steps": len(steps), "weights": weights, "losses": [s.losses["total"] for s in steps],
    "seconds": [s.seconds for s in steps], "gradients": [s.losses["gradient"] for s in steps],
}
(folder / f"{team.rank}.json").write_text(json.dumps(facts))
torch.distributed.destroy_process_group()
"""


def test_a_team_of_one_passes_everything_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORLD_SIZE", "RANK"):
        monkeypatch.delenv(name, raising=False)
    team, parameter = Team(torch.device("cpu")), nn.Parameter(torch.zeros(3))
    parameter.grad = torch.ones(3)
    assert (team.size, team.rank, team.leads) == (1, 0, True)
    assert team.agree([parameter], 4.5, False) == (4.5, False)
    assert team.agree([parameter], 4.5, True) == (4.5, True)
    assert parameter.grad.tolist() == [1, 1, 1]
    assert team.share_of(7) == 7


class _Cards:
    """What is asked of torch, where there are cards."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chosen: list[torch.device] = []
        self.backends: list[str] = []
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "set_device", self.chosen.append)
        monkeypatch.setattr(torch.distributed, "is_initialized", lambda: False)
        monkeypatch.setattr(torch.distributed, "init_process_group", self.backends.append)
        for name, value in (("WORLD_SIZE", "4"), ("RANK", "6"), ("LOCAL_RANK", "2")):
            monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_each_of_several_processes_takes_a_card_of_its_own(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    cards, own = _Cards(monkeypatch), torch.device("cuda:2")
    team = Team(torch.device(name))
    assert (team.device, cards.chosen, cards.backends) == (own, [own], ["nccl"])


def test_who_wants_the_processor_gets_it_though_there_are_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = _Cards(monkeypatch)
    assert Team(torch.device("cpu")).device.type == "cpu"
    assert (cards.chosen, cards.backends) == ([], ["gloo"])


def test_the_card_that_was_named_is_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    cards, second = _Cards(monkeypatch), torch.device("cuda:1")
    monkeypatch.setenv("WORLD_SIZE", "1")
    team = Team(second)
    team.take_device()
    assert (team.device, cards.chosen) == (second, [second, second])
    assert Team(torch.device("cuda")).device.index is None and len(cards.chosen) == 2, "any will do"


@pytest.mark.parametrize(("batch", "size", "share"), [(4, 2, 2), (5, 2, 2), (1, 2, 1), (3, 4, 1), (24, 4, 6)])
def test_a_batch_is_shared(batch: int, size: int, share: int) -> None:
    team = Team(torch.device("cpu"))
    team.size = size
    assert team.share_of(batch) == share


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What two processes say that trained together."""
    if not torch.distributed.is_available() or not torch.distributed.is_gloo_available():
        pytest.skip("this build of torch has no gloo")
    folder = tmp_path_factory.mktemp("team")
    script = folder / "member.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script),
         str(folder)],
        env=environment, capture_output=True, text=True, check=False, timeout=180,
    )
    assert not done.returncode, done.stderr[-3000:]
    assert (folder / "run" / "run.json").exists()
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]


def test_gradients_are_averaged(members: list[dict[str, Any]]) -> None:
    for member in members:
        assert member["size"] == 2
        assert member["both"] == [[1.5] * 3] * 2
        assert member["one"] == [2.5] * 4  # also where only one process had any


def test_all_go_by_the_leaders_clock_and_stop_together(members: list[dict[str, Any]]) -> None:
    assert [member["leads"] for member in members] == [True, False]
    for member in members:
        assert member["going_on"] == [10.0, False]
        assert member["stopping"] == [20.0, True]
        assert member["steps"] == 2
    assert members[0]["seconds"] == members[1]["seconds"]


def test_everybody_has_the_same_network_from_clips_of_their_own(members: list[dict[str, Any]]) -> None:
    leader, other = members
    assert leader["weights"] == other["weights"]
    assert leader["gradients"] == other["gradients"]
    assert leader["losses"] != other["losses"]
