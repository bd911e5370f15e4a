"""One processor for numpy's products, unless the user has said otherwise."""

from napari_cotracker.core.threads import PATIENCE, ROUNDS, VARIABLE, keep_to_one


def test_what_was_said_stays() -> None:
    silent, said = {"HOME": "there"}, {VARIABLE: "3", PATIENCE: "7"}
    keep_to_one(silent)
    keep_to_one(said)
    assert silent == {"HOME": "there", VARIABLE: "1", PATIENCE: ROUNDS}
    assert said == {VARIABLE: "3", PATIENCE: "7"}
