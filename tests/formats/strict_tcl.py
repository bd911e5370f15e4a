"""A strict reader of Nuke scripts for tests: Tcl's rules for lists, one letter at a time, and the rules for curves."""

from __future__ import annotations


def split(text: str) -> list[str]:
    """What Tcl's ``lindex`` sees; anything Tcl would refuse is a ValueError."""
    found, at = [], 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return found
        take = {"{": _braced, '"': _quoted}.get(text[at], _bare)
        word, at = take(text, at)
        if at < len(text) and not text[at].isspace():
            raise ValueError(f"extra characters after a word: {text[at : at + 20]!r}")
        found.append(word)


def _braced(text: str, start: int) -> tuple[str, int]:
    depth, at = 0, start
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
        if not depth:
            return text[start + 1 : at - 1], at
    raise ValueError("unmatched open brace in list")


def _quoted(text: str, start: int) -> tuple[str, int]:
    word, at = "", start + 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        word += text[at]
        at += 1
    if at >= len(text):
        raise ValueError("unmatched open quote in list")
    return word, at + 1


def _bare(text: str, start: int) -> tuple[str, int]:
    word, at = "", start
    while at < len(text) and not text[at].isspace():
        at += text[at] == "\\"
        word += text[at]
        at += 1
    return word, at


def commands(text: str) -> list[list[str]]:
    """The commands of a script, a list of words each; a line ends a command unless a brace is open."""
    found, line = [], ""
    for part in text.splitlines(keepends=True):
        line += part
        bare = line.replace("\\{", "").replace("\\}", "")
        if bare.count("{") == bare.count("}"):
            if line.strip() and not line.lstrip().startswith("#"):
                found.append(split(line))
            line = ""
    if line:
        raise ValueError("missing close-brace")
    return found


def nodes(text: str) -> list[tuple[str, dict[str, str]]]:
    """Class and knobs of every node."""
    out = []
    for words in commands(text):
        if len(words) == 2 and words[0][0].isupper():
            knobs = split(words[1])
            assert len(knobs) % 2 == 0
            out.append((words[0], dict(zip(knobs[::2], knobs[1::2]))))
    return out


def curve(text: str) -> dict[int, float]:
    """Frame to value of curves that name every frame, with K for steps; anything else is refused."""
    tokens = text.split()
    assert tokens.pop(0) == "curve"
    if tokens[0] == "K":
        tokens.pop(0)
    assert len(tokens) % 2 == 0
    assert all(t.startswith("x") for t in tokens[::2])
    keys = [int(t[1:]) for t in tokens[::2]]
    assert keys == sorted(set(keys))
    return dict(zip(keys, map(float, tokens[1::2])))


def stepped(text: str, frame: int) -> float:
    """Value of a step curve at a frame, the first one's before it."""
    assert text.split()[:2] == ["curve", "K"]
    keys = curve(text)
    before = [f for f in keys if f <= frame]
    return keys[max(before)] if before else keys[min(keys)]


def tracker(knobs: dict[str, str]) -> list[dict[str, str]]:
    """The rows of a Tracker4, by column."""
    header, columns, rows = split(knobs["tracks"])
    heads = [split(column) for column in split(columns)]
    version, count, tracks = map(int, split(header))
    cells = [split(row) for row in split(rows)]
    assert (version, count) == (1, len(heads))
    assert tracks == len(cells)
    assert all(len(row) == count for row in cells)
    return [dict(zip((head[3] for head in heads), row)) for row in cells]
