"""Attributes that are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):  # used as a decorator, like property: lower case
    """A property that keeps its first value.

    `functools.cached_property` of Python 3.11 holds one lock for a whole class: hashing one slow video
    would block the fingerprint of every other one. This one has no lock; two threads that ask at the same time
    both compute, and get the same.
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[Value]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        # the instance's own attribute is found before this one from now on
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
