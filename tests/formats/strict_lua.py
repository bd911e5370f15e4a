"""A strict reader of Fusion's settings for tests: Lua tables, with the constructors that Fusion puts before them."""

from __future__ import annotations

import re

TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|\(\)|[{}\[\]=,])')


def read(text: str) -> dict:
    """The table a file consists of; constructors are kept under "" in each table."""
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"no Lua: {text[at : at + 30]!r}")
        tokens.append(match.group(1))
        at = match.end()
    value, at = _value(tokens, 0)
    if at != len(tokens):
        raise ValueError("something after the table")
    return value


def _value(tokens: list[str], at: int) -> tuple[object, int]:
    token = tokens[at]
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1]), at + 1
    if token in ("true", "false"):
        return token == "true", at + 1
    if re.fullmatch(r"-?\d+(\.\d+)?", token):
        return float(token) if "." in token else int(token), at + 1
    made = ""
    if token != "{":
        made, at = token, at + 1
        at += tokens[at] == "()"
    return _table(tokens, at, made)


def _table(tokens: list[str], at: int, made: str) -> tuple[dict, int]:
    if tokens[at] != "{":
        raise ValueError(f"expected a table, got {tokens[at]!r}")
    found: dict = {"": made} if made else {}
    at, position = at + 1, 1
    while tokens[at] != "}":
        if tokens[at] == "[":
            key, at = int(tokens[at + 1]), at + 2
            if tokens[at : at + 2] != ["]", "="]:
                raise ValueError("expected ] =")
            at += 2
        elif tokens[at + 1] == "=":
            key, at = tokens[at], at + 2
        else:
            key, position = position, position + 1
        if key in found:
            raise ValueError(f"{key!r} twice")
        found[key], at = _value(tokens, at)
        if tokens[at] == ",":
            at += 1
        elif tokens[at] != "}":
            raise ValueError(f"expected a comma, got {tokens[at]!r}")
    return found, at + 1
