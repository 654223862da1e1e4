"""How many files an index has of each format, and how many are not read for each reason."""

import re
from collections import Counter
from collections.abc import Container, Iterable
from typing import Final

from vnsearch.language import N_
from vnsearch.model import Skipped
from vnsearch.readers.compression import split_suffixes

# What differs from file to file in a reason.
_DAMAGED: Final = N_("damaged")
_DETAILS: Final = re.compile(rf"(?<={_DAMAGED})[ ,].*")


def by_format(names: Iterable[str]) -> dict[str, int]:
    """Count files by their suffix in lower case, "" for those without; the most first."""
    return _most_first(split_suffixes(name)[0] for name in names)


def by_reason(skipped: Iterable[Skipped], read: Container[str]) -> dict[str, int]:
    """Count the files that are not read, not even in part, by the reason; the most first."""
    reasons = {item.path: item.reason for item in skipped if item.path not in read}
    return _most_first(_DETAILS.sub("", reason) for reason in reasons.values())


def _most_first(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
