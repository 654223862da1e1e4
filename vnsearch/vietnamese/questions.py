"""Words that ask for something, alone and as whole phrases: queries have them, texts that answer
do not."""

from typing import Final

QUESTION_WORDS: Final = frozenset("ai gì nào đâu sao mấy nhiêu".split())
QUESTION_PHRASES: Final = tuple(
    tuple(phrase.split())
    for phrase in (
        "như thế nào",
        "bao nhiêu",
        "bao lâu",
        "bao giờ",
        "tại sao",
        "vì sao",
        "ra sao",
        "làm sao",
    )
)
