"""The best documents: exactly those that scoring every passage finds, whatever is left out."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.building import build
from tests.oracle import Answer, Oracle
from vnsearch.engines import IndexReader
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.search import scorer
from vnsearch.engines.whoosh.search.scorer import Scorer
from vnsearch.engines.whoosh.write import inverter, token_strings
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.model import Document, Locator, Matches
from vnsearch.query.clauses import Demand
from vnsearch.query.parser import parse

ENGINE = WhooshEngine()
Sourced = tuple[str, Document]

# The first ones are in nearly every document, the last ones in hardly any.
FORMS = (
    "và va vả của cua đảng đang dang bộ bo bò nước nuoc ngoại ngoài giao mạ má mà ma mã "
    "kỹ kĩ thuật 12 x hiếm"
).split()
COMMONNESS = [1 / (rank + 1) for rank in range(len(FORMS))]

CHOSEN = st.sampled_from(FORMS)
CLAUSES = st.one_of(
    CHOSEN,
    CHOSEN,
    CHOSEN.map("title:{}".format),
    CHOSEN.map("-{}".format),
    CHOSEN.map("{}~".format),
    CHOSEN.map(lambda form: f"{form[:2]}*"),
    st.lists(CHOSEN, min_size=2, max_size=3).map(lambda forms: f'"{" ".join(forms)}"'),
    st.tuples(CHOSEN, CHOSEN).map("-".join),
    st.tuples(CHOSEN, CHOSEN).map(" OR ".join),
)
QUERIES = st.lists(CLAUSES, min_size=1, max_size=7).map(" ".join)


def texts(chance: random.Random, size: int) -> str:
    """Words by their commonness, some of them many times in a row, in sentences and lines."""
    words: list[str] = []
    while len(words) < size:
        (word,) = chance.choices(FORMS, COMMONNESS)
        times = chance.choice([1, 1, 1, 1, 2, 3, 20, 40]) if chance.random() < 0.2 else 1
        words += [word + chance.choice(["", "", "", ".", ",", "\n"])] * times
    return " ".join(words[:size])


def documents() -> list[Sourced]:
    """Short ones, long ones, and some that are the same as others."""
    chance = random.Random(2026)
    found: list[Sourced] = []
    for n in range(180):
        size = chance.choice([1, 3, 10, 40, 120, 200, 330, 420, 700])
        title = " ".join(chance.choices(FORMS, COMMONNESS, k=chance.randrange(4)))
        text = texts(chance, size)
        found.append((f"{n % 50:02}.jsonl", Document(f"{n}", title, text, Locator(n + 1, step=0))))
    for n in range(0, 180, 6):
        twin = found[n][1]._replace(key=f"twin {n}")
        found += [("00.txt", twin), ("99.txt", twin)]
    return found


@pytest.fixture(
    scope="module",
    params=["one segment", "more terms than characters", "several segments with deletions"],
)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[IndexReader, Oracle]]:
    folder, found = tmp_path_factory.mktemp("engine") / "e", documents()
    if request.param == "one segment":
        build(ENGINE, folder, found)
        assert len(manifest.read(folder)) == 1
    elif request.param == "more terms than characters":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(token_strings, "MAX_ONE_UNIT_TERMS", 5)
            build(ENGINE, folder, found)
    else:
        engine = WhooshEngine(Limits(batch_documents=45))
        build(engine, folder, found[:130])
        build(engine, folder, found[130:])
        gone = {f"{n:02}.jsonl" for n in range(0, 50, 8)}
        build(ENGINE, folder, [], sorted(gone))
        found = [(source, item) for source, item in found if source not in gone]
        assert sum(bool(segment.deleted) for segment in manifest.read(folder)) > 3
    with closing(ENGINE.reader(folder)) as reader:
        yield reader, Oracle(found)


def check_page(found: Matches, expected: Answer, limit: int, offset: int, text: str) -> None:
    """A page of the ranking, document by document and score by score."""
    assert (found.total, found.relaxed) == (expected.total, expected.relaxed), text
    of = {(source, key): score for source, key, score in expected.scores}
    page = [(m.passage.source, m.passage.key) for m in found.matches]
    assert len(set(page)) == len(page), text
    scores = [score for *_, score in expected.scores[offset : offset + limit]]
    assert [match.score for match in found.matches] == pytest.approx(scores, rel=1e-9), text
    assert [of[place] for place in page] == pytest.approx(scores, rel=1e-9), text
    order = [(-m.score, m.passage.source, m.passage.key) for m in found.matches]
    assert order == sorted(order), text


def check_pages(
    reader: IndexReader,
    oracle: Oracle,
    text: str,
    demand: Demand,
    exact: bool,
    offsets: Sequence[int],
) -> None:
    query = parse(text, exact=exact, demand=demand)
    for copies in (True, False):
        expected = oracle.search(query, copies=copies)
        whole = reader.search(query, limit=1000, copies=copies)
        check_page(whole, expected, 1000, 0, text)
        for limit in (1, 3, 10):
            for offset in offsets:
                page = reader.search(query, limit=limit, offset=offset, copies=copies)
                check_page(page, expected, limit, offset, text)
                # The very same, whose ties are in the same order: by source, then by key.
                assert page.matches == whole.matches[offset : offset + limit], (text, limit, offset)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    text=QUERIES,
    demand=st.sampled_from(Demand),
    exact=st.booleans(),
    offset=st.one_of(st.integers(1, 12), st.integers(1, 250)),
)
def test_the_best_are_those_of_all(
    both: tuple[IndexReader, Oracle], text: str, demand: Demand, exact: bool, offset: int
) -> None:
    check_pages(*both, text, demand, exact, (0, offset))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("và", id="nearly everywhere, often many times"),
        pytest.param("va", id="in any typing"),
        pytest.param("vả", id="rare beside its like"),
        pytest.param("và và", id="a pair of one word"),
        pytest.param("và của đảng bộ nước", id="common words"),
        pytest.param("hiếm", id="rare"),
        pytest.param("và hiếm", id="common and rare"),
        pytest.param("hiếm x 12 thuật", id="rare ones"),
        pytest.param("v* OR c* OR đ*", id="prefixes"),
        pytest.param("title:và", id="titles"),
        pytest.param("-và -của", id="nothing to look for"),
        pytest.param("hiếm -và", id="hardly anything"),
        pytest.param(" ".join(FORMS[:12]), id="many words"),
        pytest.param("qq và", id="a word that is nowhere"),
        pytest.param("qq", id="nothing"),
    ],
)
@pytest.mark.parametrize("exact", [False, True], ids=["any typing", "exact"])
def test_the_best_of_queries_of_each_kind(
    both: tuple[IndexReader, Oracle], text: str, exact: bool
) -> None:
    for demand in Demand:
        check_pages(*both, text, demand, exact, (0, 150))


@pytest.mark.parametrize("text", ["và của", "đảng bộ", "dang OR bo", "mạ -x", "ngoài~ giao"])
def test_equal_documents_stand_together_by_source_and_key(
    both: tuple[IndexReader, Oracle], text: str
) -> None:
    reader, _ = both
    found = reader.search(parse(text), limit=1000, copies=True).matches
    alike: dict[tuple[float, str, str], list[tuple[str, str]]] = {}
    for match in found:
        same = match.score, match.passage.title, match.passage.text
        alike.setdefault(same, []).append((match.passage.source, match.passage.key))
    groups = [places for places in alike.values() if len(places) > 1]
    assert len(groups) > 5
    for places in groups:
        assert places == sorted(places)
    order = [(-m.score, m.passage.source, m.passage.key) for m in found]
    assert order == sorted(order)
    for limit in range(1, 40):
        assert reader.search(parse(text), limit=limit, copies=True).matches == found[:limit]


@pytest.mark.parametrize("text", ["và của đảng", "đảng bộ nước ngoài", "hiếm OR x", "vả*"])
def test_parts_explain_scores_of_repeated_words(
    both: tuple[IndexReader, Oracle], text: str
) -> None:
    matches = both[0].search(parse(text), limit=1000, explain=True, copies=True).matches
    assert matches
    for match in matches:
        assert sum(part.score for part in match.parts) == pytest.approx(match.score)


def test_few_passages_are_scored_for_a_short_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes it fast: else all this care would be for nothing."""
    scored: list[int] = []
    score = Scorer._score

    def counted(self: Scorer, passage: int, needed: float) -> float:
        scored.append(passage)
        return score(self, passage, needed)

    monkeypatch.setattr(Scorer, "_score", counted)
    often = [(n * 7) % 10 + 1 for n in range(400)]
    build(
        ENGINE,
        tmp_path / "e",
        [
            (f"{n}.txt", Document("", "", "má " * k + "x " * (200 - k), Locator(1)))
            for n, k in enumerate(often)
        ],
    )
    with closing(ENGINE.reader(tmp_path / "e")) as reader:
        (best,) = reader.search(parse("ma"), limit=1).matches
        assert best.passage.source == "107.txt"
        assert len(scored) <= 40
        scored.clear()
        reader.search(parse("ma"), limit=1000)
        assert len(scored) == 400


SYLLABLES = [
    f"{onset}{vowel}{coda}"
    for onset in "b c d h l m n t v x".split()
    for vowel in "a á à ả ã ạ".split()
    for coda in ("", *"n m t ng nh c o i y".split())
]


@pytest.mark.parametrize("exact", [False, True], ids=["any typing", "exact"])
@pytest.mark.parametrize("size", [60, 200, 400])
def test_queries_as_long_as_a_page(tmp_path: Path, size: int, exact: bool) -> None:
    """Of hundreds of words the upper bounds must not run over."""
    chance = random.Random(5)
    asked = chance.sample(SYLLABLES, size)
    found = [("0.txt", Document("", "", " ".join(asked), Locator(1)))]
    found += [
        (f"{n}.txt", Document("", "", " ".join(chance.sample(SYLLABLES, k)), Locator(1)))
        for n, k in enumerate([5, 50, 200, 340] * 2, 1)
    ]
    build(ENGINE, tmp_path / "e", found)
    query = parse(" ".join(asked), exact=exact, demand=Demand.ANY)
    expected = Oracle(found).search(query)
    with closing(ENGINE.reader(tmp_path / "e")) as reader:
        for limit in (3, 1000):
            check_page(
                reader.search(query, limit=limit, copies=True), expected, limit, 0, f"{size} words"
            )


# Small collections of any kind

RUNS = st.lists(
    st.tuples(st.sampled_from(FORMS[:8]), st.one_of(st.integers(1, 3), st.integers(1, 60))),
    min_size=1,
    max_size=12,
).map(lambda runs: " ".join(form for form, times in runs for _ in range(times)))
SMALL = st.lists(
    st.tuples(RUNS, st.lists(st.sampled_from(FORMS[:8]), max_size=8).map(" ".join)),
    min_size=1,
    max_size=10,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    found=SMALL,
    gone=st.sets(st.integers(0, 9), max_size=4),
    batch=st.integers(1, 4),
    dense=st.sampled_from([1, 1 / 2, 1 / 4, 0]),
    together=st.sampled_from([1, 32]),
    queries=st.lists(QUERIES, min_size=1, max_size=4),
    demand=st.sampled_from(Demand),
    exact=st.booleans(),
)
def test_the_best_of_small_collections(
    tmp_path_factory: pytest.TempPathFactory,
    found: list[tuple[str, str]],
    gone: set[int],
    batch: int,
    dense: float,
    together: int,
    queries: list[str],
    demand: Demand,
    exact: bool,
) -> None:
    folder = tmp_path_factory.mktemp("engine") / "e"
    sourced = [
        (f"{n}.txt", Document("", title, text, Locator(1))) for n, (text, title) in enumerate(found)
    ]
    with pytest.MonkeyPatch.context() as patch:
        engine = WhooshEngine(Limits(batch_documents=batch, deleted_share=1.0))
        patch.setattr(inverter, "DENSE_MIN_DF", 1)
        patch.setattr(inverter, "DENSE_MIN_SHARE", dense)
        build(engine, folder, sourced)
        build(engine, folder, [], [f"{n}.txt" for n in gone])
    oracle = Oracle(item for n, item in enumerate(sourced) if n not in gone)
    with closing(ENGINE.reader(folder)) as reader, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorer, "_SCORED_TOGETHER", together)
        patch.setattr(scorer, "_SOME", together - 1)  # above, each has a bound of its own
        for text in queries:
            check_pages(reader, oracle, text, demand, exact, (0, 1, 3))
