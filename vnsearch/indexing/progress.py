"""How far indexing has come: what is told of it, and to whom."""

from typing import Protocol


class Progress(Protocol):
    """Shows how far indexing has come."""

    def start(self, total_bytes: int) -> None:
        """This much will be read."""

    def advance(self, read_bytes: int) -> None:
        """`read_bytes` more have been read."""

    def built(self, read_bytes: int) -> None:
        """What `read_bytes` of those hold is ready to be written: this takes about half as long
        as to read it."""

    def finishing(self) -> None:
        """All is ready; the index is being completed."""


class Silence:
    """The `Progress` that shows nothing."""

    def start(self, total_bytes: int) -> None:
        """See `Progress`."""

    def advance(self, read_bytes: int) -> None:
        """See `Progress`."""

    def built(self, read_bytes: int) -> None:
        """See `Progress`."""

    def finishing(self) -> None:
        """See `Progress`."""
