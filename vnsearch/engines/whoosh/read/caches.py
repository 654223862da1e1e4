"""Caches of an open index, which are freed with it."""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar
from weakref import WeakMethod

_P = ParamSpec("_P")
_R = TypeVar("_R")
_K = TypeVar("_K")


def cached(size: int, method: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a bound method with its last `size` results kept, for its own object to hold.

    A plain `lru_cache` there would be a reference cycle, object -> cache -> method -> object:
    a closed index and all its caches would stay until the next full garbage collection. This
    one holds the object weakly, so it must not be called once that is gone.
    """
    bound = WeakMethod(method)

    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return bound()(*args, **kwargs)  # type: ignore[misc]

    return lru_cache(size)(call)  # type: ignore[return-value]


class LazyTable(dict[_K, _R]):
    """The values of a function by argument, each computed when it is first looked up."""

    def __init__(self, function: Callable[[_K], _R]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, argument: _K) -> _R:
        value = self[argument] = self._function(argument)
        return value
