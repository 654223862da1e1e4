"""Smart marks, on the demo corpus and on articles where the shared data is present.

What is found is what scanning every passage finds.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import CORPUS, SHARED
from tests.oracle import forms_of_name
from tests.shapes import as_indexed
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.indexing.roots import RootOptions
from vnsearch.indexing.update import update
from vnsearch.model import Token
from vnsearch.query.clauses import Demand
from vnsearch.search.searcher import Searcher

Forms = set[tuple[str, str]]


class Corpus(NamedTuple):
    searcher: Searcher
    documents: dict[str, Forms]  # the forms in each, by source
    texts: list[str]


@pytest.fixture(scope="module", params=[CORPUS, SHARED / "data/seeds"], ids=["corpus", "seeds"])
def corpus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Corpus]:
    texts_of: Path = request.param
    if not texts_of.exists():
        pytest.skip("needs ../shared, which is not there")
    folder = tmp_path_factory.mktemp("marks")
    (folder / "bare.txt").write_text("dang bo so ngoai vu hop ban ve cong tac doi ngoai", "utf-8")
    update(
        folder / "index",
        [str(texts_of), str(folder / "bare.txt")],
        options=RootOptions(["queries.json"]),
    )
    documents: dict[str, Forms] = defaultdict(set)
    own_texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    texts = []
    (engine,) = (folder / "index").glob("generation-*/engine")
    with closing(Collection(engine)) as collection:
        for passage, source in enumerate(collection.sources()):
            if not source:  # the number of no passage
                continue
            found = collection.record(passage)
            fields = (list(tokenize(found.text)), list(tokenize(found.title)))
            forms = as_indexed(*([(t.folded, t.exact) for t in field] for field in fields))
            documents[f"{found.source}#{found.key}"].update(*forms)
            if not found.key:
                own_texts[found.source] += (*forms[0], ("", ""))
            texts.append(found.text)
    for source, own in own_texts.items():
        path = Path(folder, source)
        inside = path.relative_to(CORPUS).parent if CORPUS in path.parents else "."
        for name in (path.name, str(inside)):
            documents[f"{source}#"].update(*forms_of_name("" if name == "." else name, own))
    with closing(Searcher(folder / "index")) as searcher:
        yield Corpus(searcher, documents, texts)


def queries(texts: list[str]) -> list[list[Token]]:
    """Neighbouring words of texts, two to four, each with a mark."""
    chance = random.Random(17)
    found: list[list[Token]] = []
    while len(found) < 60:
        tokens = list(tokenize(chance.choice(texts)))
        size = chance.choice([2, 3, 4])
        begin = chance.randrange(max(1, len(tokens) - size))
        words = tokens[begin : begin + size]
        if len(words) == size and all(word.exact != word.folded for word in words):
            found.append(words)
    return found


def has(forms: Forms, word: Token) -> bool:
    unknown = word.folded, with_unknown_marks(word.folded)
    return (word.folded, word.exact) in forms or unknown in forms


def with_all(corpus: Corpus, words: list[Token]) -> set[str]:
    return {
        source
        for source, forms in corpus.documents.items()
        if all(has(forms, word) for word in words)
    }


def names(corpus: Corpus, text: str, demand: Demand) -> list[str]:
    """The documents found, in order, as the index names them."""
    hits = corpus.searcher.search(text, limit=10_000, demand=demand).hits
    by_end = {
        Path(source.partition("#")[0]).name + "#" + source.partition("#")[2]: source
        for source in corpus.documents
    }
    assert len(by_end) == len(corpus.documents)
    return [
        by_end[Path(hit.id.partition("#")[0]).name + "#" + hit.id.partition("#")[2]] for hit in hits
    ]


def test_what_is_found_has_all_the_words_as_typed(corpus: Corpus) -> None:
    for words in queries(corpus.texts):
        text = " ".join(word.text for word in words)
        expected = with_all(corpus, words)
        found = names(corpus, text, Demand.ALL)
        assert set(found) == expected, text
        assert corpus.searcher.search(text, demand=Demand.ALL).total == len(expected), text
        if len(words) <= 3:
            assert names(corpus, text, Demand.SMART) == found, text


def test_no_document_that_lacks_a_word_comes_before_one_with_all(corpus: Corpus) -> None:
    for words in queries(corpus.texts):
        text = " ".join(word.text for word in words)
        complete = with_all(corpus, words)
        found = [name in complete for name in names(corpus, text, Demand.SMART)]
        assert found == sorted(found, reverse=True), text


@pytest.mark.parametrize("text", ["đảng", "đang", "bão", "của", "đảng bộ", "dang", "ngoại"])
def test_an_exclusion_leaves_out_what_the_word_finds(corpus: Corpus, text: str) -> None:
    for word in tokenize(text):
        bare = word.exact == word.folded
        expected = {
            source
            for source, forms in corpus.documents.items()
            if any(form == ("va", "và") for form in forms)
            and not (any(f == word.folded for f, _ in forms) if bare else has(forms, word))
        }
        assert (
            set(names(corpus, f"và -{word.text}", Demand.ALL))
            - {source for source, forms in corpus.documents.items() if ("va", "và") not in forms}
            == expected
        )


def test_a_text_typed_without_marks_is_found_by_marked_words_after_others(corpus: Corpus) -> None:
    found = names(corpus, "đảng", Demand.SMART)
    assert found[-1].endswith("bare.txt#")
    assert len(found) > 1
    assert any(name.endswith("bare.txt#") for name in names(corpus, "đảng bộ", Demand.ALL))
