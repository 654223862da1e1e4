"""A page of a mapped file that the disk does not give -> a message and an exit code.

Segments are mapped to memory, so a bad sector, a network that fails or a file that was cut off
meanwhile is no error of a call but a signal, SIGBUS, at whatever instruction reads the page. A
handler of Python's own would run after that instruction, which never ends. So this is one of C
that calls Python at once. `ctypes` is made of `_ctypes`, and takes five times as long to import.
"""

import os
from collections.abc import Callable
from contextlib import suppress

_kept: list[object] = []  # what C has addresses of


def on_bus_error(handle: Callable[[], int]) -> None:
    """From now on, let a bus error end the process with what `handle` returns. Where that is not to
    be had, the signal ends it."""
    with suppress(Exception):
        from _ctypes import FUNCFLAG_CDECL, CFuncPtr, _SimpleCData, dlopen, dlsym
        from _signal import SIGBUS  # type: ignore[import-not-found]

        class Int(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "i"

        class Handler(CFuncPtr):
            _argtypes_ = [Int]  # noqa: RUF012
            _restype_ = None
            _flags_ = FUNCFLAG_CDECL

        class Signal(CFuncPtr):
            _argtypes_ = [Int, Handler]  # noqa: RUF012
            _restype_ = None
            _flags_ = FUNCFLAG_CDECL

        def end(_: int) -> None:
            code = 2
            try:
                code = handle()
            finally:
                os._exit(code)

        _kept.append(Handler(end))
        libc = dlopen(None, 0)  # type: ignore[arg-type]
        Signal(dlsym(libc, "signal"))(SIGBUS, _kept[-1])
