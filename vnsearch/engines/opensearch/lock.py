"""The lock of the one writer, for all machines: a document that its holder renews.

Each holder gets the next number, the number of its run. One that was taken for dead and wakes up
again can no longer commit, and what it still sends has a number that no reader looks at.
"""

import os
import socket
import threading
import time
from contextlib import closing, suppress
from typing import Any, Final
from uuid import uuid4

from vnsearch.engines.opensearch import state
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.refusals import ClusterError
from vnsearch.errors import LockedError
from vnsearch.language import _
from vnsearch.platform import has_ended

SECONDS: Final = 60  # after which a lock that was not renewed is taken over
_RENEWED_EVERY: Final = 10
_RETRY: Final = 0.5


class Lock:
    """A lock that is held; closes both clients when it is let go of."""

    def __init__(self, client: Client, run: int, owner: dict[str, Any], renewer: Client) -> None:
        """`renewer`: a client for another thread."""
        self.run = run
        self._client, self._owner = client, owner
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, args=(renewer,), daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Let go of it; the number stays used up."""
        self._ended.set()
        self._thread.join()
        with suppress(ClusterError):  # then it is taken over some time later
            found = _found(self._client)
            if found is not None and found["_source"]["owner"] == self._owner["owner"]:
                freed = {**self._owner, "held": False, "at": time.time()}
                _put(self._client, freed, state.condition(found))
        self._client.close()

    def check(self) -> None:
        """Raise LockedError when somebody else has it now."""
        found = _found(self._client)
        if found is None or found["_source"]["owner"] != self._owner["owner"]:
            raise LockedError(
                _("another process took the index over; nothing of this run was kept"),
                _("run the command again when the other one is done"),
            )

    def _renew(self, client: Client) -> None:
        with closing(client):
            while not self._ended.wait(_RENEWED_EVERY):
                with suppress(ClusterError):
                    found = _found(client)
                    if found is None or found["_source"]["owner"] != self._owner["owner"]:
                        return
                    _put(client, {**self._owner, "at": time.time()}, state.condition(found))


def acquire(client: Client, renewer: Client, wait: float) -> Lock:
    """Get the lock; raises LockedError when another process has it for `wait` more seconds."""
    deadline = time.monotonic() + wait
    owner = {"owner": uuid4().hex, "host": socket.gethostname(), "pid": os.getpid(), "held": True}
    while True:
        found = _found(client)
        if found is None or _is_free(found["_source"]):
            run = 1 if found is None else found["_source"]["run"] + 1
            body = {**owner, "run": run}
            where = "op_type=create" if found is None else state.condition(found)
            _put(client, {**body, "at": time.time()}, where)
            found = _found(client)
            if found is not None and found["_source"]["owner"] == owner["owner"]:
                return Lock(client, run, body, renewer)
        elif time.monotonic() >= deadline:
            raise _held(found["_source"])
        else:
            time.sleep(_RETRY)


def _found(client: Client) -> Any:
    found = client.get(state.path_of(client.address.name, "lock"))
    return found if found is not None and found.get("found") else None


def _put(client: Client, body: dict[str, Any], where: str) -> bool:
    return client.put_if(f"{state.path_of(client.address.name, 'lock')}?{where}", body)


def _is_free(lock: dict[str, Any]) -> bool:
    """Whether nobody holds a lock, or its holder is dead."""
    if not lock["held"] or time.time() - lock["at"] > SECONDS:
        return True
    return lock["host"] == socket.gethostname() and has_ended(lock["pid"])


def _held(lock: dict[str, Any]) -> LockedError:
    return LockedError(
        _("another process (pid {pid} on {host}) is writing the index").format(
            pid=lock["pid"], host=lock["host"]
        ),
        _("wait for it with --wait SECONDS; if its machine died, {seconds} seconds do").format(
            seconds=SECONDS
        ),
    )
