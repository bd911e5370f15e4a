"""Options as plain dataclasses that describe themselves: read from words, listed, drawn as a form."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from .errors import FormatError

WORDS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


@dataclass(frozen=True)
class Choice:
    """What there is to know of one option.

    Parameters
    ----------
    name : str
        The field's name.
    kind : type
        bool, int, float or str.
    default : object
    text : str
        What it is for, a sentence.
    values : tuple of str
        What it must be one of; empty if anything goes.
    least, most : float or None
        Limits of a number.
    is_optional : bool
        Whether it may be None, which an empty text stands for.
    """

    name: str
    kind: type[Any]
    default: Any
    text: str = ""
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_optional: bool = False

    def read(self, value: Any) -> Any:
        """The option's value from a text or a plain value.

        Raises
        ------
        FormatError
            If it is of another kind, no such choice, or beyond the limits.
        """
        if value is None or (self.is_optional and value == ""):
            if self.is_optional:
                return None
            raise self._error(value)
        try:
            found = self._parsed(value)
        except (KeyError, ValueError, TypeError, OverflowError):
            raise self._error(value) from None
        is_within = (self.least is None or found >= self.least) and (self.most is None or found <= self.most)
        if (self.values and found not in self.values) or not is_within:
            raise self._error(value)
        return found

    @property
    def expected(self) -> str:
        """In words, what it may be."""
        if self.values:
            return f"one of {', '.join(self.values)}"
        what = {bool: "yes or no", int: "a whole number", float: "a number", str: "text"}[self.kind]
        if self.least is not None and self.most is not None:
            return f"{what} from {self.least:g} to {self.most:g}"
        return what if self.least is None else f"{what} from {self.least:g}"

    def _parsed(self, value: Any) -> Any:
        if self.kind is bool:
            return value if isinstance(value, bool) else WORDS[str(value).strip().lower()]
        if self.kind is int and isinstance(value, float) and not value.is_integer():
            raise ValueError
        return self.kind(value)

    def _error(self, value: Any) -> FormatError:
        return FormatError(f"expected {self.expected} for the option {self.name!r}, got {value!r:.60}")


def option(default: Any, text: str, *, values: tuple[str, ...] = (), least: float | None = None,
           most: float | None = None) -> Any:
    """A dataclass field of options, with what people are told of it."""
    return field(default=default, metadata={"text": text, "values": values, "least": least, "most": most})


def choices_of(kind: type[Any]) -> list[Choice]:
    """Every option of a dataclass, in its order."""
    hints = typing.get_type_hints(kind)
    found = []
    for each in fields(kind):
        kinds = _alternatives(hints[each.name])
        plain = next(t for t in kinds if t is not types.NoneType)
        default = each.default if each.default is not MISSING else None
        found.append(Choice(each.name, plain, default, is_optional=types.NoneType in kinds, **each.metadata))
    return found


def read_options(kind: type[Any], given: Any, whose: str) -> Any:
    """Options from what was given: none, an instance, or a mapping of names to texts or values.

    Parameters
    ----------
    kind : type
        The dataclass.
    given : None, instance or mapping
    whose : str
        Named in errors.

    Raises
    ------
    FormatError
        If there is no such option, or a value makes no sense; the message lists those there are.
    """
    if given is None:
        return kind()
    if isinstance(given, kind):
        return given
    known = {choice.name: choice for choice in choices_of(kind)}
    words = dict(given) if isinstance(given, Mapping) else {type(given).__name__: given}
    unknown = sorted(set(words) - set(known))
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise FormatError(f"expected options of {whose} out of {names}; got {unknown[0]!r}")
    return kind(**{name: known[name].read(value) for name, value in words.items()})


def _alternatives(hint: Any) -> tuple[Any, ...]:
    is_union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    return typing.get_args(hint) if is_union else (hint,)
