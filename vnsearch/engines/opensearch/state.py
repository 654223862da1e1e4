"""What is current: a small file in the folder of a generation, and the commit document of the
cluster, which says the same to all machines.

A run writes passages that no reader sees, for its number is above that of the last committed run.
One document, written last and only if nobody else wrote it meanwhile, makes them current.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.schema import MAX_TERMS, VERSION
from vnsearch.errors import REPAIR, DamagedError, IndexUnusableError
from vnsearch.language import _

FILE: Final = "place.json"


class State(NamedTuple):
    """What a reader may see."""

    passages: str  # the index of the cluster
    counts: str
    routing: tuple[str, ...]  # a value that leads to each shard of the passages
    epoch: int = 0  # the last run that was committed
    counted: int = 0  # documents of counts up to there
    gone: tuple[str, ...] = ()  # documents that it removed, and that may still be there
    aborted: tuple[int, ...] = ()  # runs before it that came to nothing

    def visible(self) -> dict[str, Any]:
        """The condition of what is in the index."""
        hidden: list[Any] = [
            {"terms": {"d": self.gone[n : n + MAX_TERMS]}}
            for n in range(0, len(self.gone), MAX_TERMS)
        ]
        if self.aborted:
            hidden.append({"terms": {"born": self.aborted}})
        born = {"range": {"born": {"lte": self.epoch}}}
        return {"bool": {"filter": [born], "must_not": hidden}} if hidden else born

    def before(self, run: int) -> "State":
        """The same after a run, with all runs between that came to nothing."""
        between = range(self.epoch + 1, run)
        return self._replace(epoch=run, aborted=(*self.aborted, *between))


def read(folder: Path) -> State | None:
    """Return the state kept in a folder; None when there is none. Raises DamagedError."""
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        return from_json(json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(_("{file} says nothing").format(file=FILE)) from error


def write(folder: Path, state: State) -> None:
    """Keep a state in a folder; the file may be a hard link to that of another generation."""
    draft = folder / f"{FILE}.new"
    draft.write_text(json.dumps(state._asdict()), "utf-8")
    os.replace(draft, folder / FILE)


def from_json(found: Any) -> State:
    """Return a state as it was written."""
    state = State(**{name: found[name] for name in State._fields})
    return state._replace(
        routing=tuple(state.routing), gone=tuple(state.gone), aborted=tuple(state.aborted)
    )


class Commit(NamedTuple):
    """The commit document."""

    body: dict[str, Any]
    condition: str  # under which it may be replaced

    def names(self, state: State) -> bool:
        """Whether a state is the current one."""
        known = self.body.get("passages"), self.body.get("epoch")
        return known == (state.passages, state.epoch)

    @property
    def state(self) -> State:
        """What is current by it; raises IndexUnusableError when it is of another version."""
        if self.body.get("version") != VERSION:
            raise IndexUnusableError(
                _("the index in the cluster was made by another version of vnsearch"), REPAIR
            )
        return from_json(self.body)


def state_index(name: str) -> str:
    """The index of the commit document of an index."""
    return f"{name}-state"


def path_of(name: str, document: str) -> str:
    """The path of a document beside the commit document."""
    return f"/{state_index(name)}/_doc/{document}"


def committed(client: Client) -> Commit | None:
    """Return the commit document; None when there is none."""
    found = client.get(path_of(client.address.name, "commit"))
    if found is None or not found.get("found"):
        return None
    return Commit(found["_source"], condition(found))


def condition(found: Any) -> str:
    """The condition that a document is as it was found."""
    return f"if_seq_no={found['_seq_no']}&if_primary_term={found['_primary_term']}"


def commit(client: Client, body: dict[str, Any], old: Commit | None) -> bool:
    """Replace the commit document, if it is still the old one; whether it was."""
    where = old.condition if old else "op_type=create"
    if client.put_if(f"{path_of(client.address.name, 'commit')}?{where}&refresh=false", body):
        return True
    found = committed(client)  # an answer may have been lost
    return found is not None and found.body == json.loads(json.dumps(body))


def terms(field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
    """Return conditions, of which one must hold, that a field has one of many values."""
    every = list(values)
    return [{"terms": {field: every[n : n + MAX_TERMS]}} for n in range(0, len(every), MAX_TERMS)]
