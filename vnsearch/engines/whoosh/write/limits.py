"""How large batches and segments become."""

from typing import Final, NamedTuple

# Code points but surrogates and U+0000, one for each term in token strings.
MAX_TERMS: Final = 0x110000 - 0x800 - 1


class Limits(NamedTuple):
    """Sizes that trade memory and the speed of building for the speed of searching.

    A batch ends when it reaches one of its limits: what is larger makes fewer segments, but takes
    more memory. When more than `segments` segments are small, the smallest are merged, up to
    `merged_at_once` of them, if together they have at most `full` passages: merging more makes
    searching little faster.
    """

    batch_bytes: int = 60_000_000  # of text in UTF-8, by estimate
    batch_documents: int = 60_000
    # In the texts of a batch: with those of unknown marks at most twice as many.
    batch_terms: int = 480_000
    terms: int = MAX_TERMS  # of segments that are merged
    segments: int = 7
    merged_at_once: int = 6
    full: int = 50_000  # passages
    deleted_share: float = 0.25  # of a segment; with more it is written anew
