"""Numbers and dates as they are written in the language in use."""

from datetime import datetime
from typing import Final

from vnsearch.language import ENGLISH, current

SWAPPED: Final = str.maketrans(",.", ".,")


def number(value: float, digits: int = 0) -> str:
    """A number with its thousands apart, and so many digits behind the decimal sign."""
    written = f"{value:,.{digits}f}"
    return written if current() == ENGLISH else written.translate(SWAPPED)


def megabytes(size: int) -> str:
    """A size in bytes as megabytes, without their name."""
    return number(size / 1e6, 1)


def day(moment: datetime) -> str:
    """A date, in local time."""
    form = "%Y-%m-%d" if current() == ENGLISH else "%d/%m/%Y"
    return moment.astimezone().strftime(form)


def minute(moment: datetime) -> str:
    """A date and time to the minute, in local time."""
    return f"{day(moment)} {moment.astimezone():%H:%M}"


def second(moment: datetime) -> str:
    """A date and time to the second, in local time."""
    return f"{day(moment)} {moment.astimezone():%H:%M:%S}"
