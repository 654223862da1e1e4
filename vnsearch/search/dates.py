"""Dates as users type them -> the time they name."""

import re
from datetime import datetime, timedelta
from typing import Final

from vnsearch.errors import VnsearchError
from vnsearch.language import _

_AGO: Final = re.compile(r"(\d{1,5})([dwmy])")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_YEAR_FIRST: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY_FIRST: Final = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])(\d{4})")


def period(typed: str, now: datetime | None = None) -> tuple[datetime, datetime]:
    """The time from and to before which a date lasts: `2025-03-11`, `11/3/2025`, `2025-03`,
    `3/2025`, `2025`; or `7d`, the last seven days (also w, m, y).

    Local time; `now` is for tests. Raises VnsearchError for what is no date.
    """
    typed, now = typed.strip().lower(), now or datetime.now()
    try:
        if ago := _AGO.fullmatch(typed):
            begin = now - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
            return begin.astimezone(), max(begin, now).astimezone()
        if found := _YEAR_FIRST.fullmatch(typed):
            year, month, day = found[1], found[2], found[3]
        elif found := _DAY_FIRST.fullmatch(typed):
            day, month, year = found[1], found[2], found[3]
        else:
            raise ValueError(typed)
        begin = datetime(int(year), int(month or 1), int(day or 1))
        end = _after(begin, whole_year=not month, whole_month=not day)
    except (ValueError, OverflowError) as error:
        advice = _("write it as 2025-03-11, 11/3/2025, 2025-03, 2025 or 7d (days ago)")
        raise VnsearchError(_("not a date: {text}").format(text=typed), advice) from error
    return begin.astimezone(), end.astimezone()


def _after(begin: datetime, *, whole_year: bool, whole_month: bool) -> datetime:
    """The first moment after a year, a month or a day."""
    if whole_year:
        return begin.replace(year=begin.year + 1)
    if whole_month:
        return (begin + timedelta(days=31)).replace(day=1)
    return begin + timedelta(days=1)
