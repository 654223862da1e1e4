"""The thread that answers what the screen asks, with an index of its own.

Of each kind of question only the last one counts: what was asked before is not answered any more,
or its answer is dropped. An index that was renewed is opened anew before the next question.
"""

from collections.abc import Callable, Generator
from contextlib import closing, suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Any, NamedTuple, Protocol

from vnsearch.errors import VnsearchError, explain
from vnsearch.index.generations import Generations, Pointer
from vnsearch.language import _
from vnsearch.search.searcher import Searcher


class Question(Protocol):
    """What can be asked."""

    def answers(self, searcher: Searcher) -> Generator[Any, None, None]:
        """The answers, one after the other; None only lets something newer be asked instead."""


class Look(NamedTuple):
    """Whether the index, which is opened anew if it was renewed, is up to date."""

    def answers(self, searcher: Searcher) -> Generator["Looked", None, None]:
        """See `Question`."""
        yield Looked(bool(searcher.has_changed()))


class Looked(NamedTuple):
    """The answer to a `Look`."""

    files_have_changed: bool


class Renewed(NamedTuple):
    """The index was renewed: answers from before may be out of date."""


class Failed(NamedTuple):
    """A question that cannot be answered."""

    question: Question
    message: str
    advice: str


class Worker:
    """A thread that answers questions until it is closed."""

    def __init__(self, index: Path, deliver: Callable[[Any], object]) -> None:
        """`deliver` gets each answer, in the thread."""
        self._index, self._deliver = index, deliver
        self._generations = Generations(index)
        self._searcher: Searcher | None = None
        self._pointer: Pointer | None = None
        self._waiting: dict[type, Question] = {}
        self._is_closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="vnsearch answers", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Ask, in place of what was asked before of the same kind."""
        with self._changed:
            self._waiting[type(question)] = question
            self._changed.notify()

    def close(self) -> None:
        """Stop as soon as what is being answered allows."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (question := self._next()) is not None:
            self._answer(question)
        self._let_go()

    def _next(self) -> Question | None:
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return None if self._is_closed else self._waiting.pop(next(iter(self._waiting)))

    def _answer(self, question: Question) -> None:
        try:
            self._deliver_answers(question)
        except Exception as error:
            self._let_go()
            self._deliver(Failed(question, *_told(error)))

    def _deliver_answers(self, question: Question) -> None:
        with closing(question.answers(self._opened())) as answers:
            for answer in answers:
                if self._is_closed or type(question) in self._waiting:
                    return
                if answer is not None:
                    self._deliver(answer)

    def _opened(self) -> Searcher:
        """The index as it is now."""
        pointer = self._generations.reading(lambda pointer: pointer)
        if self._searcher is None or pointer != self._pointer:
            was_open = self._pointer is not None
            self._let_go()
            self._searcher = Searcher(self._index)
            self._pointer = pointer
            if was_open:
                self._deliver(Renewed())
        return self._searcher

    def _let_go(self) -> None:
        if self._searcher is not None:
            with suppress(Exception):
                self._searcher.close()
            self._searcher = None


def _told(error: Exception) -> tuple[str, str]:
    """What an error is, and what to do about it."""
    if isinstance(error, VnsearchError):
        return str(error), error.advice
    if isinstance(error, OSError):
        return explain(error)
    fault = f"{type(error).__name__}: {error}"
    return _("a fault of vnsearch: {fault}").format(fault=fault), _("please report this line")
