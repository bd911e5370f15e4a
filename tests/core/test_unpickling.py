"""Pickles of arrays load, whatever numpy wrote them; pickles of anything else do nothing but fail."""

from __future__ import annotations

import builtins
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.unpickling import MAX_TUPLES, parse_pickle, read_pickle


class Calls:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., Any], *words: Any) -> None:
        self.call = function, words

    def __reduce__(self) -> Any:
        return self.call


def load(content: bytes, tmp_path: Path) -> Any:
    path = tmp_path / "data.pkl"
    path.write_bytes(content)
    return read_pickle(path)


def refused(content: bytes, tmp_path: Path) -> str:
    with pytest.raises(FormatError, match="expected a pickle of numpy arrays in dicts and lists") as caught:
        load(content, tmp_path)
    message = str(caught.value)
    assert "data.pkl" in message and "copy it again" in message and "\n" not in message and len(message) < 500
    return message


ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 2, 2), np.zeros((2, 0, 3)), np.array(3.5), np.array([True, False]),
    np.asfortranarray(np.arange(6).reshape(2, 3)), np.arange(4, dtype=">i2"), np.arange(10)[::3],
    np.array([b"\xff\xd8\x00\x01", b"x"]), np.array(["a", "bcd"]), np.arange(3, dtype=np.uint8), np.array([1 + 2j]),
]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype.str}{array.shape}")
def test_arrays_come_back_as_they_were(array: np.ndarray, protocol: int, tmp_path: Path) -> None:
    got = np.asarray(load(pickle.dumps({"clip": [array, array]}, protocol), tmp_path)["clip"][1])
    # numpy turns foreign byte orders into its own
    assert got.dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
    assert got.shape == array.shape and type(got) is np.ndarray
    np.testing.assert_array_equal(got, array)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_come_back_as_they_were(protocol: int, tmp_path: Path) -> None:
    plain = {"a": [1, -2.5, None, True, 10**30], b"b": (b"", b"\xff", "é", {3, 4}, frozenset({"x"})), 3: {}, "e": ()}
    assert load(pickle.dumps(plain, protocol), tmp_path) == plain
    numbers = {"f": np.float64(2.5), "b": np.bool_(True), "i": np.int32(7), "u": np.str_("text")}
    got = load(pickle.dumps(numbers, protocol), tmp_path)
    assert got == numbers and type(got["i"]) is np.int32


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_either_spelling_of_numpy_is_read(protocol: int, tmp_path: Path) -> None:
    content = pickle.dumps([ARRAYS[0], np.float64(2)], protocol)
    for here, there in ((b"numpy._core", b"numpy.core"), (b"numpy.core", b"numpy._core")):
        swapped = content.replace(here, there)
        if protocol == 4:  # where texts have their length in front
            n = len(b"numpy._core.multiarray")
            swapped = content.replace(bytes([n]) + b"numpy._core.multiarray", bytes([n - 1]) + b"numpy.core.multiarray")
            # and frames theirs
            swapped = swapped[:3] + struct.pack("<Q", len(swapped) - 11) + swapped[11:]
        got = load(swapped, tmp_path)
        np.testing.assert_array_equal(got[0], ARRAYS[0])
        assert got[1] == 2


def test_arrays_of_objects_hold_plain_values(tmp_path: Path) -> None:
    frames = np.array([b"first", b"second\x00"], object)
    assert load(pickle.dumps(frames), tmp_path).tolist() == frames.tolist()
    assert "system" in refused(pickle.dumps(np.array([Calls(os.system, "true")], object)), tmp_path)


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize(
    "call",
    [
        Calls(os.system, "touch ran"), Calls(builtins.eval, "open('ran', 'w')"),
        Calls(subprocess.call, ["touch", "ran"]), Calls(builtins.getattr, "text", "upper"), Calls(np.load, "ran"),
        Calls(np.fromfile, "ran"), Calls(builtins.open, "ran", "w"), Calls(__import__, "os"),
        OrderedDict(a=1), ValueError("x"), Path("ran"), np.dtype([("a", "f4")]),
        np.zeros(1, [("a", "f4")]), np.zeros(1, "M8[s]"), np.ma.zeros(2), np.random.default_rng(0),
    ],
    ids=lambda call: getattr(getattr(call, "call", [type(call)])[0], "__name__", "?"),
)
def test_whatever_else_a_pickle_names_is_refused_and_not_run(
    call: Any, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(pickle.dumps({"video": [call]}, protocol), tmp_path)
    assert not Path("ran").exists()


def test_the_message_quotes_the_name(tmp_path: Path) -> None:
    assert f"refused to load {os.system.__module__}.system" in refused(pickle.dumps(Calls(os.system, "true")), tmp_path)
    assert len(refused(b"c" + b"a" * 9000 + b"\nb\n.", tmp_path)) < 400


def tuples(depth: int) -> bytes:
    """A tuple in a tuple in a tuple … as the key of a dict."""
    return b"\x80\x04}" + b")" + b"\x85" * (depth - 1) + b"Ns."


def test_deep_nesting_ends_in_a_message_and_not_in_a_crash(tmp_path: Path) -> None:
    refused(tuples(1_000_000), tmp_path)
    refused(b"(" * 100_000 + b"t" * 100_000 + b".", tmp_path)
    lists = load(b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".", tmp_path)
    assert len(lists) == 1
    load(tuples(MAX_TUPLES), tmp_path)
    refused(tuples(MAX_TUPLES + 1), tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="its threads choose their own stack")
def test_the_deepest_nesting_fits_a_small_stack(tmp_path: Path) -> None:
    before = threading.stack_size(2 << 20)
    try:
        thread = threading.Thread(target=load, args=(tuples(MAX_TUPLES), tmp_path))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)


BYTE = b"cnumpy\ndtype\n(X\x02\x00\x00\x00u1I00\nI01\ntR"
RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR"


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02r" + struct.pack("<I", 1 << 31) + b".",  # a memo of billions
        b"\x80\x04N" + b"r" + struct.pack("<I", 1 << 31) + b".",
        RECONSTRUCT + b"(I1\n(I1000000000000\nt" + BYTE + b"I00\nC\x01atb.",  # more cells than bytes
        RECONSTRUCT + b"(I1\n(I-1\nt" + BYTE + b"I00\nC\x01atb.",
        RECONSTRUCT + b"(I1\n(I1\nt" + BYTE.replace(b"u1", b"O8") + b"I00\nC\x08aaaaaaaatb.",  # bytes as pointers
        RECONSTRUCT + b"(I1\n(I3\nt" + BYTE.replace(b"u1", b"O8") + b"I00\n]tb.",
        RECONSTRUCT + b"Nb.",
        RECONSTRUCT + b"(I1\n(I1\ntNI00\nC\x01atb.",
        BYTE + b"(I3\nX\x01\x00\x00\x00|NX\x01\x00\x00\x00a}I1\nI1\nI0\ntb.",  # fields
        BYTE + b"(I3\ntb.",
        b"cnumpy.core.numeric\n_frombuffer\n(" + RECONSTRUCT + BYTE + b"(I0\ntX\x01\x00\x00\x00CtR.",  # of an array
        b"cnumpy.core.multiarray\n_reconstruct\n}X\x01\x00\x00\x00ans}X\x01\x00\x00\x00ans\x86b.",  # to change a name
        b"cnumpy\ndtype\n(cnumpy\ndtype\ntR.",
        b"c_codecs\nencode\n(I5\ntR.",
        b"cnumpy\nndarray.__new__\n.", b"\x80\x04X\x05\x00\x00\x00numpyX\x10\x00\x00\x00ndarray.__init__\x93.",
        b"\x82\x01.", b"Pan id\n.", b"X\x02\x00\x00\x00idQ.", b"\x80\xff.",
    ],
)
def test_forged_arrays_are_refused(content: bytes, tmp_path: Path) -> None:
    refused(content, tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x80\x04", b"PK\x03\x04", b"\0" * 100, b"."])
def test_what_is_no_pickle_is_refused(content: bytes, tmp_path: Path) -> None:
    refused(content, tmp_path)


def test_a_file_that_ends_early_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole = pickle.dumps({"points": np.zeros((2, 3, 2)), "video": [b"abc"]})
    for end in range(len(whole)):
        refused(whole[:end], tmp_path)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.pkl", tmp_path):
        with pytest.raises(FormatError, match="cannot read"):
            read_pickle(path)


def test_no_damage_breaks_out(tmp_path: Path) -> None:
    whole = pickle.dumps({"a": [np.zeros((2, 2)), np.array(["x"]), np.float64(1)]}, 4)
    random = np.random.default_rng(1)
    for _ in range(2000):
        torn = bytearray(whole)
        for at in random.integers(0, len(whole), 2):
            torn[at] = random.integers(0, 256)
        with suppress(FormatError):
            load(bytes(torn), tmp_path)


def test_pickles_within_other_files_are_read_the_same_way(tmp_path):
    assert parse_pickle(pickle.dumps([(1, ["a", ("b",)])], 0)) == [(1, ["a", ("b",)])]
    for content in (pickle.dumps(Calls(os.mkdir, str(tmp_path / "made")), 0), b"", b"no pickle"):
        with pytest.raises(FormatError, match="list names"):
            parse_pickle(content)
    assert not (tmp_path / "made").exists()
