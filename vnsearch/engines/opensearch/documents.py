"""Documents -> what a cluster gets of them: one document of its own a passage, and one for all
passages of a document that has several; and how these are read again."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

from vnsearch.engines.opensearch.spelling import Name as NameTerms
from vnsearch.engines.opensearch.spelling import Passage, Spelling
from vnsearch.engines.opensearch.tokens import Field, Name, Tokens
from vnsearch.engines.opensearch.transport import line_of
from vnsearch.model import Locator, StoredPassage

_FILLER: Final = "_"  # no word; so that bigrams are as many as words


class Indexed(NamedTuple):
    """A document of the cluster."""

    id: str
    line: bytes  # JSON


class Made(NamedTuple):
    """A document of ours, of which documents of the cluster are made."""

    name: str
    stored: Sequence[StoredPassage]
    passages: Sequence[Passage]
    words: NameTerms
    text_hash: int


def indexed(made: Made, run: int, spelling: Spelling) -> Iterator[Indexed]:
    """Yield what the cluster gets of a document."""
    own, folders = made.words
    first, count = made.stored[0], len(made.passages)
    common = {
        "d": made.name,
        "np": count,
        "born": run,
        "src": as_text(first.source),
        "key": first.key,
        "n": spelling.placed((*own, *folders)),
    }
    if made.text_hash:
        common["h"] = format(made.text_hash, "016x")  # in the order of numbers
    in_name = {spelling.in_name[term] for field in (*own, *folders) for term in field}
    in_name.update(spelling.in_own[term] for field in own for term in field)
    for number, (stored, terms) in enumerate(zip(made.stored, made.passages, strict=True)):
        fields = [field for field in (terms.text, terms.title, terms.title) if field]
        body = {
            **common,
            "i": number,
            "kind": ["part", "unit"] if count == 1 else ["part"],
            "s": " ".join(in_name.union(_set(terms, spelling))),
            "f": [spelling.folded_text(field) for field in fields],
            "x": spelling.placed(fields),
            "q": [f"{_FILLER} {spelling.bigrams(field)}" for field in fields],
            "e": spelling.placed(terms.pieces),
            "t": spelling.placed([terms.title]),
            "w": spelling.placed((*terms.pieces, *own, *folders)) if count == 1 else [],
            "stored": _stored(stored, terms, made.words, spelling),
        }
        yield Indexed(f"{made.name}.{number}", line_of(body))
    if count > 1:
        # Its marks may be unknown in one passage that are known in another.
        titles = dict.fromkeys(tuple(terms.title) for terms in made.passages)
        text = [*chain.from_iterable(terms.text for terms in made.passages)]
        pieces = dict.fromkeys(tuple(each) for terms in made.passages for each in terms.pieces)
        every = in_name.union(*(_set(terms, spelling) for terms in made.passages))
        whole = {
            **common,
            "kind": ["unit"],
            "s": " ".join(every),
            "w": spelling.placed((text, *titles, *pieces, *own, *folders)),
            "t": spelling.placed(titles),
        }
        yield Indexed(made.name, line_of(whole))


def _set(terms: Passage, spelling: Spelling) -> set[str]:
    """The field `s` without the name."""
    found = set(map(spelling.in_text.__getitem__, {*terms.text, *terms.title}))
    found.update(map(spelling.in_title.__getitem__, terms.title))
    for piece in terms.pieces:
        found.update(map(spelling.in_text.__getitem__, piece))
        found.update(map(spelling.in_pieces.__getitem__, piece))
    return found


def _stored(
    passage: StoredPassage, terms: Passage, words: NameTerms, spelling: Spelling
) -> dict[str, Any]:
    """What is needed to score a passage and to show it."""
    found: dict[str, Any] = {
        "title": passage.title,
        "text": passage.text,
        "words": spelling.exact_texts((terms.text, terms.title, *terms.pieces)),
    }
    if words.own:
        found["name"] = spelling.exact_texts(words.own)
        found["folders"] = spelling.exact_texts(words.folders)
    if passage.locator is not None:
        found["at"] = list(passage.locator)
    if passage.cut_before or passage.cut_after or passage.gap:
        found["cut"] = [passage.cut_before, passage.cut_after, passage.gap]
    return found


def as_text(source: str) -> str:
    """Return a name of a file, which may be any bytes, as text: a character a byte, so that both
    are in the same order."""
    return os.fsencode(source).decode("latin-1")


def from_text(text: str) -> str:
    """Return the name of a file."""
    return os.fsdecode(text.encode("latin-1"))


def passage_of(found: Any) -> StoredPassage:
    """Return a passage as it was stored, by the source of a document of the cluster."""
    kept = found["stored"]
    before, after, gap = kept.get("cut", (False, False, ""))
    at = kept.get("at")
    return StoredPassage(
        from_text(found["src"]),
        found["key"],
        kept["title"],
        kept["text"],
        Locator(*at) if at else None,
        before,
        after,
        gap,
    )


def tokens_of(found: Any) -> Tokens:
    """Return the words of a passage as it was stored."""
    text, title, *pieces = _split(found["stored"]["words"])
    return Tokens(text, title, tuple(pieces))


def name_of(found: Any) -> Name:
    """Return the name of the document of a passage as it was stored."""
    kept = found["stored"]
    return Name(_split(kept.get("name", ())), _split(kept.get("folders", ())))


def _split(fields: Iterable[str]) -> tuple[Field, ...]:
    return tuple(tuple(each.split()) for each in fields)
