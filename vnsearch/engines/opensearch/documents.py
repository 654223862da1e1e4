"""Documents -> what a cluster gets of them: one document of its own a passage, and one for all
passages of a document that has several.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Final, NamedTuple

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines.opensearch.tokens import Field, Name, Tokens, bigram, both, folded_of, term
from vnsearch.engines.tokens.streams import FIELD_SEPARATOR, token_stream
from vnsearch.model import Document, Locator, StoredPassage

_FILLER: Final = "_"  # no word; so that bigrams are as many as words


class Indexed(NamedTuple):
    """A passage, or a whole document, as it is sent."""

    id: str
    line: bytes  # JSON


class Made(NamedTuple):
    """A document as it is sent."""

    documents: list[Indexed]  # of the cluster
    passages: list[Tokens]
    name: Name


def make(
    documents: Sequence[tuple[str, Document]],
    vocabulary: Vocabulary,
    run: int,
    names: Sequence[str],
) -> Iterator[Made]:
    """Make documents, each with its source, ready for a run; `names` are theirs in the cluster."""
    stored: list[StoredPassage] = []
    stream = token_stream(documents, vocabulary, stored.extend)
    forms = [each.partition(b"\0")[2].decode() for each in vocabulary.terms]
    terms, at = stream.terms.tolist(), 0
    of_passage = list[Tokens]()
    for size in stream.sizes.tolist():
        of_passage.append(_tokens(terms[at : at + size], forms))
        at += size
    named = _names(stream.names, forms)
    first = 0
    ends = [number for number, last in enumerate(stream.last.tolist()) if last]
    for name, end in zip(names, ends, strict=True):
        own = of_passage[first : end + 1]
        words = named.get(end, Name((), ()))
        yield Made(
            list(_indexed(name, run, stored[first : end + 1], own, words, int(stream.hashes[end]))),
            own,
            words,
        )
        first = end + 1


def _tokens(terms: Sequence[int], forms: Sequence[str]) -> Tokens:
    fields, field = list[Field](), list[str]()
    for number in terms:
        if number == FIELD_SEPARATOR:
            fields.append(tuple(field))
            field = []
        else:
            field.append(forms[number])
    fields.append(tuple(field))
    return Tokens(fields[0], fields[1], tuple(fields[2:]))


def _names(names: Any, forms: Sequence[str]) -> dict[int, Name]:
    """The name of each document that has one, by the number of its last passage."""
    found, at, terms = dict[int, Name](), 0, names.terms.tolist()
    for document, size in zip(names.documents.tolist(), names.sizes.tolist(), strict=True):
        halves: list[list[list[str]]] = [[[]]]
        for before, number in pairwise((0, *terms[at : at + size])):
            if number != FIELD_SEPARATOR:
                halves[-1][-1].append(forms[number])
            elif before == FIELD_SEPARATOR:
                halves[-1].pop()
                halves.append([[]])
            else:
                halves[-1].append([])
        own, folders = (tuple(tuple(f) for f in half if f) for half in (*halves, [])[:2])
        found[document] = Name(own, folders)
        at += size
    return found


def _indexed(
    name: str,
    run: int,
    stored: Sequence[StoredPassage],
    passages: Sequence[Tokens],
    words: Name,
    text_hash: int,
) -> Iterator[Indexed]:
    count = len(passages)
    first = stored[0]
    common = {
        "d": name,
        "np": count,
        "born": run,
        "src": as_text(first.source),
        "key": first.key,
        "n": _placed(words.own + words.folders),
    }
    if text_hash:
        common["h"] = format(text_hash, "x")
    in_name = _set(words.own + words.folders, "n")
    for number, (passage, tokens) in enumerate(zip(stored, passages, strict=True)):
        fields = (tokens.text, tokens.title, tokens.title)
        body = {
            **common,
            "i": number,
            "kind": ["part", "unit"] if count == 1 else ["part"],
            "r": sample_hash(passage.source, passage.key, number),
            "s": " ".join({*_of_passage(tokens), *in_name}),
            "f": [" ".join([term(folded_of(form)) for form in field]) for field in fields if field],
            "x": _placed(fields),
            "q": [_bigrams(field) for field in fields if field],
            "e": _placed(tokens.pieces),
            "t": _placed((tokens.title,)),
            "w": _placed((*tokens.pieces, *words.own, *words.folders)) if count == 1 else [],
            "stored": _stored(passage, tokens, words),
        }
        yield Indexed(f"{name}.{number}", _json(body))
    if count > 1:
        title = passages[0].title
        text = tuple(form for tokens in passages for form in tokens.text)
        pieces = dict.fromkeys(piece for tokens in passages for piece in tokens.pieces)
        every = {each for tokens in passages for each in _of_passage(tokens)}
        whole = {
            **common,
            "kind": ["unit"],
            "s": " ".join(every.union(in_name)),
            "w": _placed((text, title, *pieces, *words.own, *words.folders)),
            "t": _placed((title,)),
        }
        yield Indexed(name, _json(whole))


def _of_passage(tokens: Tokens) -> set[str]:
    """The field `s` without the name."""
    found = _set((tokens.text, tokens.title, *tokens.pieces), "") | _set((tokens.title,), "t")
    return found.union(f"c:{term(folded_of(f))}" for piece in tokens.pieces for f in piece)


def _set(fields: Iterable[Field], field: str) -> set[str]:
    exact = {form for each in fields for form in each}
    found = {f"{field}x:{term(form)}" for form in exact}
    for form in exact:
        folded = folded_of(form)
        found.add(f"{field}f:{term(folded)}")
        if form != folded and form[:-1] == folded:
            found.add(f"{field}k:{term(folded)}")
    return found


def _placed(fields: Iterable[Field]) -> list[str]:
    return [" ".join([both(folded_of(f), f) for f in field]) for field in fields if field]


def _joined(fields: Iterable[Field]) -> list[str]:
    return list(map(" ".join, fields))


def _bigrams(field: Field) -> str:
    folded = list(map(folded_of, field))
    return " ".join([_FILLER, *(bigram(one, other) for one, other in pairwise(folded))])


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def sample_hash(source: str, key: str, number: int) -> int:
    """Return a number by which passages come in no order."""
    data = f"{source}\0{key}\0{number}".encode("utf-8", "surrogateescape")
    return int.from_bytes(blake2b(data, digest_size=4).digest(), "little") >> 1


def as_text(source: str) -> str:
    """Return a name of a file, which may be any bytes, as text: a character a byte, so that both
    are in the same order."""
    return os.fsencode(source).decode("latin-1")


def from_text(text: str) -> str:
    """Return the name of a file."""
    return os.fsdecode(text.encode("latin-1"))


def _stored(passage: StoredPassage, tokens: Tokens, words: Name) -> dict[str, Any]:
    """What is needed to score a passage and to show it."""
    found: dict[str, Any] = {
        "title": passage.title,
        "text": passage.text,
        "words": _joined((tokens.text, tokens.title, *tokens.pieces)),
    }
    if words.own:
        found["name"], found["folders"] = _joined(words.own), _joined(words.folders)
    if passage.locator is not None:
        found["at"] = list(passage.locator)
    if passage.cut_before or passage.cut_after or passage.gap:
        found["cut"] = [passage.cut_before, passage.cut_after, passage.gap]
    return found


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
