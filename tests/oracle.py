"""What an engine must answer, worked out the slow and obvious way.

Every document is scanned for every query, from the definitions in `query` and `ranking`,
without an index. Engines are compared with it document by document and score by score.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tests.shapes import as_indexed
from vnsearch import ranking
from vnsearch.analysis.compounds import compounds
from vnsearch.analysis.names import ends_with_suffix, readings, typings
from vnsearch.analysis.passages import split
from vnsearch.analysis.tokenizer import forms_of, tokenize
from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.model import Document, Token
from vnsearch.query.clauses import (
    All,
    Any,
    Clause,
    Demand,
    Kind,
    Not,
    Phrase,
    Query,
    Word,
    count_words,
    words_of,
)
from vnsearch.ranking import Feature, Weight


@dataclass(frozen=True)
class _Passage:
    text: Sequence[Token]
    title: Sequence[Token]
    pieces: Sequence[Sequence[Token]]  # of each compound in text and title
    known: dict[tuple[tuple[Word, ...], bool], int] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return len(self.text) + ranking.TITLE_WEIGHT * len(self.title)

    def without_pieces(self) -> "_Passage":
        return _Passage(self.text, self.title, ())

    def frequency(self, words: Sequence[Word], exact: bool) -> int:
        key = tuple(words), exact
        if words[0].others:
            typings = [[words[0]._replace(others=())], *words[0].others]
            return sum(self.frequency(typing, exact) for typing in typings)
        if words[0].in_name:
            return 0
        if key not in self.known:
            in_title = words[0].in_title
            text = 0 if in_title else _count(self.text, words, exact)
            pieces = 0 if in_title else sum(_count(p, words, exact) for p in self.pieces)
            title = ranking.TITLE_WEIGHT * _count(self.title, words, exact)
            self.known[key] = text + pieces + title
        return self.known[key]

    def places(self, word: Word, exact: bool) -> set[int]:
        """Where a word stands in the text."""
        return {
            place
            for place, token in enumerate(self.text)
            if word.matches(token.folded, token.exact, exact)
        }

    def pairs(self, words: Sequence[Word], exact: bool) -> int:
        """In how many exact forms two words stand side by side."""
        found = {
            (one.exact, other.exact)
            for tokens in (self.text, self.title, *self.pieces)
            for one, other in pairwise(tokens)
            if all(
                word.matches(token.folded, token.exact, exact)
                for word, token in zip(words, (one, other), strict=True)
            )
        }
        return len(found)


Forms = Sequence[tuple[str, str]]  # folded and exact, of tokens


@dataclass(frozen=True)
class _Name:
    """The name of a document."""

    own: Sequence[Forms]  # in each of its typings
    folders: Sequence[Forms]

    def tf(self, words: Sequence[Word], exact: bool) -> int:
        if words[0].others:
            typings = [[words[0]._replace(others=())], *words[0].others]
            return min(ranking.MAX_NAME_TF, sum(self.tf(typing, exact) for typing in typings))
        if len(words) == 1:
            own, folders = ({form for typing in f for form in typing} for f in self._fields)
            found = [words[0].matches(*form, exact) * ranking.NAME_TF for form in own]
            found += [words[0].matches(*form, exact) * ranking.FOLDER_TF for form in folders - own]
            return min(ranking.MAX_NAME_TF, sum(found))
        for tf, found_in in zip((ranking.NAME_TF, ranking.FOLDER_TF), self._fields, strict=True):
            if any(_count_forms(typing, words, exact) for typing in found_in):
                return tf
        return 0

    def first(self, words: Sequence[Word], exact: bool) -> int:
        """How often its document comes before any text."""
        if not words or any(self.tf((word,), exact) < ranking.NAME_TF for word in words):
            return 0
        whole = max(map(len, self.own)) <= len(words) + ranking.NAME_REST
        return ranking.named(len(words), whole=whole)

    @property
    def _fields(self) -> tuple[Sequence[Forms], Sequence[Forms]]:
        return self.own, self.folders


class _Document(NamedTuple):
    source: str
    key: str
    text: tuple[str, str]  # of documents that are copies of one another
    passages: list[_Passage]
    name: _Name


def _densest(words: Sequence[tuple[float, set[int]]]) -> float:
    """The most that words, each with its worth and places, are worth in one window."""
    begins = {place for _, places in words for place in places}
    windows = (range(begin, begin + ranking.PROXIMITY_WINDOW) for begin in begins)
    return max(
        (
            sum(worth for worth, places in words if not places.isdisjoint(window))
            for window in windows
        ),
        default=0.0,
    )


def _count(tokens: Sequence[Token], words: Sequence[Word], exact: bool) -> int:
    return _count_forms([(token.folded, token.exact) for token in tokens], words, exact)


def _count_forms(forms: Forms, words: Sequence[Word], exact: bool) -> int:
    fitting = [{form for form in set(forms) if word.matches(*form, exact)} for word in words]
    starts = range(len(forms) - len(words) + 1)
    return sum(
        all(forms[start + i] in of_word for i, of_word in enumerate(fitting)) for start in starts
    )


@dataclass(frozen=True)
class Answer:
    """Sources and keys with their scores, best first."""

    relaxed: bool
    scores: list[tuple[str, str, float]]
    matched: list[int]  # wanted clauses, for each
    copies: list[int]  # other documents with the same text, for each
    missing: tuple[int, ...]  # wanted clauses that no document matches
    total: int  # documents that match
    complete: int  # those with all wanted clauses


class Oracle:
    """An engine over a list of documents, each with its source."""

    def __init__(self, documents: Iterable[tuple[str, Document]]) -> None:
        self._documents = [
            _Document(
                source,
                document.key,
                (document.text, document.title if document.key else ""),
                passages := _passages(document),
                _name(document, [[(t.folded, t.exact) for t in p.text] for p in passages]),
            )
            for source, document in documents
        ]
        passages = [passage for document in self._documents for passage in document.passages]
        self._passages = [passage for passage in passages if passage.length]
        self._count = len(self._passages)
        self._names = [d.name for d in self._documents if d.name.own]
        self._frequencies: dict[tuple[tuple[Word, ...], bool], int] = {}
        self._average = sum(p.length for p in passages) / self._count if self._count else 0.0

    def search(
        self,
        query: Query,
        accepts: Callable[[str], bool] | None = None,
        *,
        copies: bool = True,
    ) -> Answer:
        """The whole ranking; without `copies`, the best of documents with the same text."""
        relaxed, chosen = self._qualified(query, accepts or (lambda _: True))
        weights, names = self._weights(query), self._name_weights(query)
        highest = ranking.highest(weights.values())
        found = []
        for document in chosen:
            passages = document.passages
            score = max(self._score(passage, weights, query.exact) for passage in passages)
            for word, weight in names.items():
                score += weight * ranking.name_score(document.name.tf((word,), query.exact))
            score += highest * document.name.first([*names], query.exact)
            matched = sum(self._has(document, c, query.exact) for c in query.wanted())
            found.append(((document.source, document.key, score), matched, document.text))
        found.sort(key=lambda item: (-item[0][2], item[0][0], item[0][1]))
        missing = (
            number
            for number, clause in enumerate(query.wanted())
            if not any(self._has(document, clause, query.exact) for document in self._documents)
        )
        texts = Counter(text for *_, text in found if text[0])
        if not copies:
            firsts: dict[object, int] = {}
            for place, (name, _, text) in enumerate(found):
                firsts.setdefault(text if text[0] else name, place)
            found = [found[place] for place in firsts.values()]
        return Answer(
            relaxed,
            [item for item, *_ in found],
            [matched for _, matched, _ in found],
            [0 if copies else max(0, texts[text] - 1) for *_, text in found],
            tuple(missing),
            sum(texts.values()) + sum(not document.text[0] for document in chosen),
            sum(
                all(self._has(document, c, query.exact) for c in query.wanted())
                for document in chosen
            ),
        )

    def shown(self, query: Query, source: str, key: str) -> list[int]:
        """Which passages of a document are shown: the one whose text without title scores best,
        then those whose texts have at least half of the weight of the features in its text."""
        weights = self._weights(query)
        (found,) = [d for d in self._documents if (d.source, d.key) == (source, key)]
        texts = [_Passage(passage.text, (), passage.pieces) for passage in found.passages]
        best = max(
            range(len(texts)), key=lambda n: (self._score(texts[n], weights, query.exact), -n)
        )

        def weight(text: _Passage) -> float:
            running = text.without_pieces()
            return sum(
                weight.score
                for item, weight in weights.items()
                if (
                    text if len(item.words) == 1 and item.exact == query.exact else running
                ).frequency(item.words, item.exact)
            )

        needed = weight(texts[best]) / 2 - 1e-6
        others = [n for n, text in enumerate(texts) if n != best and weight(text) >= needed > 0]
        return [best, *others]

    def _weights(self, query: Query) -> Mapping[Feature, Weight]:
        features = ranking.features(query)
        idfs = [ranking.idf(self._frequency(f.words, f.exact), self._count) for f in features]
        return dict(zip(features, ranking.weights(features, idfs), strict=True))

    def _name_weights(self, query: Query) -> Mapping[Word, float]:
        words = ranking.name_words(query)
        return {
            word: ranking.idf(self._names_with(word, query.exact), len(self._names))
            for word in words
        }

    def _names_with(self, word: Word, exact: bool) -> int:
        return sum(name.tf((word,), exact) > 0 for name in self._names)

    def _qualified(
        self, query: Query, accepts: Callable[[str], bool]
    ) -> tuple[bool, list[_Document]]:
        wanted = [clause for clause in query.clauses if not isinstance(clause, Not)]
        unwanted = [clause.part for clause in query.clauses if isinstance(clause, Not)]
        firm = [clause for clause in wanted if _firm(clause)]
        soft = [clause for clause in wanted if not _firm(clause)]

        def choose(test: Callable[[_Document], bool]) -> list[_Document]:
            return [
                document
                for document in self._documents
                if accepts(document.source)
                and test(document)
                and not any(self._has(document, clause, query.exact) for clause in unwanted)
            ]

        def has_all(clauses: Sequence[Clause]) -> Callable[[_Document], bool]:
            return lambda document: all(self._has(document, c, query.exact) for c in clauses)

        def has_any(clauses: Sequence[Clause]) -> Callable[[_Document], bool]:
            return lambda document: any(self._has(document, c, query.exact) for c in clauses)

        if not query.clauses:
            return False, []
        if not wanted or query.demand is Demand.ALL:
            return False, choose(has_all(wanted))
        if query.demand is Demand.ANY:
            return False, choose(has_any(wanted))
        enough = self._enough(soft, query.exact)
        first = choose(lambda document: has_all(firm)(document) and enough(document))
        if first or not soft:
            return False, first
        second = choose(has_all(firm) if firm else has_any(soft)) if query.relax else []
        return bool(second), second

    def _enough(self, soft: Sequence[Clause], exact: bool) -> Callable[[_Document], bool]:
        def has_all(document: _Document) -> bool:
            return all(self._has(document, c, exact) for c in soft)

        words = [*words_of(soft)]
        is_marked = all(word.marked and word.kind is not Kind.FUZZY for word in words)
        if count_words(soft) <= 3 or (
            count_words(soft) == 4 and is_marked and any(map(has_all, self._documents))
        ):
            return has_all

        def weight(document: _Document) -> int:
            return sum(
                self._weight(word, exact)
                for clause in soft
                if self._has(document, clause, exact)
                for word in words_of([clause])
            )

        most = max(map(weight, self._documents), default=0)
        return lambda document: (
            any(self._has(document, c, exact) for c in soft)
            and weight(document) >= ranking.min_should_match(most)
        )

    def _weight(self, word: Word, exact: bool) -> int:
        if df := self._frequency((word,), exact):
            return ranking.integer_idf(df, self._count)
        return ranking.integer_idf(self._names_with(word, exact), len(self._names))

    def _has(self, document: _Document, clause: Clause, exact: bool) -> bool:
        match clause:
            case Word() as word:
                return self._has_phrase(document, (word,), exact)
            case Phrase(words, joined=joined):
                return self._has_phrase(document, words if joined is None else (joined,), exact)
            case Not(part):
                return not self._has(document, part, exact)
            case All(parts):
                return all(self._has(document, part, exact) for part in parts)
            case Any(parts):
                return any(self._has(document, part, exact) for part in parts)

    def _has_phrase(self, document: _Document, words: Sequence[Word], exact: bool) -> bool:
        if words[0].others:
            typings = [[words[0]._replace(others=())], *words[0].others]
            return any(self._has_phrase(document, typing, exact) for typing in typings)
        if any(passage.frequency(words, exact) for passage in document.passages):
            return True
        if not words[0].in_title and document.name.tf(words, exact):
            return True
        whole = [token for passage in document.passages for token in passage.text]
        return len(words) > 1 and not words[0].in_field and _count(whole, words, exact) > 0

    def _frequency(self, words: Sequence[Word], exact: bool) -> int:
        key = tuple(words), exact
        if key not in self._frequencies:
            if len(words) == 2 and all(w.kind is Kind.WORD and not w.in_field for w in words):
                found = [passage.pairs(words, exact) for passage in self._passages]
            else:
                found = [bool(passage.frequency(words, exact)) for passage in self._passages]
            self._frequencies[key] = sum(found)
        return self._frequencies[key]

    def _score(self, passage: _Passage, weights: Mapping[Feature, Weight], exact: bool) -> float:
        score, running = 0.0, passage.without_pieces()
        for item, weight in weights.items():
            is_main = len(item.words) == 1 and item.exact == exact
            counted = passage if is_main else running
            frequency = counted.frequency(item.words, item.exact)
            if frequency:
                damping = ranking.damping(passage.length, self._average)
                score += weight.score * ranking.saturation(frequency, damping)
        return score + _densest(
            [
                (weight.window, passage.places(item.words[0], item.exact))
                for item, weight in weights.items()
                if item.proximity
            ]
        )


def _passages(document: Document) -> list[_Passage]:
    title, tokens = list(tokenize(document.title)), list(tokenize(document.text))
    cuts = split(document, [token.start for token in tokens], [token.end for token in tokens])
    in_text, in_title = _pieces(document.text), _pieces(document.title)
    return [
        _passage(
            tokens[cut.first : cut.last],
            title,
            [p for at, p in in_text if at in range(cut.first, cut.last)] + [p for _, p in in_title],
        )
        for cut in cuts
    ]


def _name(document: Document, texts: Iterable[Forms]) -> _Name:
    text = [form for own in texts for form in (*own, ("", ""))]
    return _Name(*(forms_of_name(field, text) for field in (document.name, document.folders)))


def forms_of_name(field: str, text: Forms) -> Sequence[Forms]:
    """The forms of the words of a name in each of its typings: if it has no marks, those of the
    text, or else unknown marks."""
    texts = typings(field)
    found = [[(t.folded, t.exact) for t in tokenize(typing)] for typing in texts]
    if any(folded != exact for forms in found for folded, exact in forms):
        return found
    # The suffix of a file has no marks.
    ends = [[f.pop()] if ends_with_suffix(t) else [] for t, f in zip(texts, found, strict=True)]
    words = [folded for forms in found for folded, _ in forms if not folded.isnumeric()]
    places = ((place, *form) for place, form in enumerate(text) if form[0] in words)
    known = readings(words, places)
    return [
        [(f, e if f.isnumeric() else known.get(f) or with_unknown_marks(f)) for f, e in forms] + end
        for forms, end in zip(found, ends, strict=True)
    ]


def _pieces(text: str) -> list[tuple[int, list[Token]]]:
    """The pieces of each compound, with its place among the tokens."""
    return [
        (place, [Token(piece, *forms_of(piece), 0, 0, 0) for piece in pieces])
        for place, _, _, pieces in compounds(text)
    ]


def _passage(
    text: Sequence[Token], title: Sequence[Token], pieces: Sequence[Sequence[Token]]
) -> _Passage:
    fields = text, title
    forms = as_indexed(*([(token.folded, token.exact) for token in field] for field in fields))
    found = [
        [token._replace(exact=exact) for token, (_, exact) in zip(field, own, strict=True)]
        for field, own in zip(fields, forms, strict=True)
    ]
    return _Passage(found[0], found[1], pieces)


def _firm(clause: Clause) -> bool:
    """Whether a clause is demanded of every document."""
    match clause:
        case Phrase(words, quoted):
            return quoted or words[0].in_field
        case Word() as word:
            return word.in_field
        case All(_, explicit):
            return explicit
        case _:
            return False
