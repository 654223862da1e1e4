"""The contract every engine keeps: documents in, matches out."""

import os
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import clusters
from tests.engines.building import Sources, build
from tests.engines.memory import MemoryEngine
from tests.oracle import Answer, Oracle
from vnsearch.engines import Engine, Filters
from vnsearch.engines.tokens.copies import text_hashes
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.model import Document, Locator, Match, Matches
from vnsearch.query.clauses import Demand, Query
from vnsearch.query.expansion import expanded, needed
from vnsearch.query.parser import parse
from vnsearch.vietnamese.letters import nfc

ENGINES: list[Engine] = [
    WhooshEngine(),
    MemoryEngine(),
    *clusters.engines(),
]


def document(text: str, title: str = "", key: str = "", name: str = "") -> Document:
    folders, _, own = name.rpartition("/")
    folders = folders if own else ""
    return Document(key, nfc(title), nfc(text), Locator(1), name=own, folders=folders)


SMALL: Sources = [
    ("a.txt", document("Đảng bộ Bộ Ngoại giao họp tại Hà Nội", "Họp đảng bộ")),
    ("b.txt", document("dáng bò trên đồng, bò ăn cỏ", "Ký họa")),
    ("c.txt", document("Quyết định số 43-QĐ/TW về đảng bộ ngoài nước", "Văn bản")),
    ("d.txt", document("Kĩ thuật trồng lúa, kỹ thuật nuôi cá", "Nông nghiệp")),
    ("e.jsonl", document("Hà Nội và Huế", "Thành phố", "1")),
    ("e.jsonl", document("Huế và Đà Nẵng", "Thành phố", "2")),
]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.version)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with clusters.cleared(request.param):
        yield request.param


def search(
    engine: Engine,
    folder: Path,
    text: str,
    *,
    exact: bool = False,
    demand: Demand = Demand.SMART,
    limit: int = 100,
    offset: int = 0,
    within: str = "",
    explain: bool = False,
    copies: bool = True,
) -> Matches:
    with closing(engine.reader(folder)) as reader:
        return reader.search(
            parse(text, exact=exact, demand=demand),
            limit=limit,
            offset=offset,
            filters=Filters((within,)) if within else Filters(),
            explain=explain,
            copies=copies,
        )


def names(matches: Matches) -> list[str]:
    return [match.passage.source.partition(".")[0] + match.passage.key for match in matches.matches]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("dang bo", ["a", "c", "b"], id="bare words find every typing"),
        pytest.param("đảng bộ", ["a", "c"], id="words with marks mean themselves"),
        pytest.param("dáng bò", ["b"], id="and the other way round"),
        pytest.param("ki thuat", ["d"], id="i and y are one"),
        pytest.param('"bo ngoai giao"', ["a"], id="folded phrase"),
        pytest.param('"ngoai giao hop"', ["a"], id="phrase across words"),
        pytest.param('"giao ngoai"', [], id="a phrase has an order"),
        pytest.param("43-QD/TW", ["c"], id="document number"),
        pytest.param("qd-43", [], id="what is typed without a space is one thing"),
        pytest.param("ngoai qd-43", ["c", "a"], id="also when the rest relaxes"),
        pytest.param("thanh pho hue", ["e1", "e2"], id="title words count"),
        pytest.param("title:hop", ["a"], id="title only"),
        pytest.param("title:nuoc", [], id="text is not the title"),
        pytest.param('title:"dang bo"', ["a"], id="phrase in the title"),
        pytest.param('"hop dang bo dang"', [], id="no phrase from the title into the text"),
        pytest.param("hue -noi", ["e2"], id="without a word"),
        pytest.param('bo -"dang bo"', [], id="without a phrase"),
        pytest.param("bo -bò", ["a", "c"], id="marks leave out only themselves"),
        pytest.param('bo -"đảng bộ"', ["b"], id="in a phrase too"),
        pytest.param("ngo*", ["a", "c"], id="prefix"),
        pytest.param("nogai~", ["a", "c"], id="swapped letters"),
        pytest.param("thuaat~", ["d"], id="a letter too many"),
        pytest.param("thut~", [], id="but another syllable is another word"),
        pytest.param("cá OR cỏ", ["b", "d"], id="one of two"),
        pytest.param("ha AND noi", ["e1", "a"], id="both"),
        pytest.param("xyz", [], id="a word that is nowhere"),
        pytest.param("-hue -noi", ["b", "c", "d"], id="only exclusions"),
        pytest.param("co OR NOT ha", ["b", "c", "d", "e2"], id="what has no word of the query"),
        pytest.param('"dang b*"', ["a", "c", "b"], id="a phrase that ends in a prefix"),
        pytest.param('xyz "giao ngoai"', [], id="a phrase is not given up"),
        pytest.param("", [], id="empty"),
    ],
)
def test_finds(engine: Engine, tmp_path: Path, text: str, expected: list[str]) -> None:
    found = search(engine, build(engine, tmp_path / "e", SMALL), text)
    assert sorted(names(found)) == sorted(expected)
    assert names(found)[:1] == expected[:1]
    assert found.total == len(expected)


def test_gives_the_passages_of_a_document(engine: Engine, tmp_path: Path) -> None:
    long = "\n\n".join(f"đoạn {n} " + "việt nam " * 100 for n in range(5)).strip()
    documents: Sources = [*SMALL, ("f.txt", document(long, "Dài"))]
    with closing(engine.reader(build(engine, tmp_path / "e", documents))) as reader:
        for source, wanted in documents:
            found = reader.passages(source, wanted.key)
            assert "".join(passage.gap + passage.text for passage in found) == wanted.text
            assert {(p.source, p.key, p.title) for p in found} == {
                (source, wanted.key, wanted.title)
            }
            assert [passage.cut_before for passage in found] == [False, *[True] * (len(found) - 1)]
        assert [*map(list, (reader.passages("e.jsonl", ""), reader.passages("x", "1")))] == [[], []]
        (match,) = reader.search(parse('"đoạn 3"'), limit=1).matches
        assert match.passage == reader.passages("f.txt", "")[match.number - 1]
        assert match.number > 1


def test_exact_keeps_to_the_marks(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    assert names(search(engine, folder, "đảng bộ", exact=True)) == ["a", "c"]
    assert names(search(engine, folder, "kĩ thuật", exact=True)) == ["d"]
    assert names(search(engine, folder, "dang bo", exact=True)) == []


def test_relaxes_only_when_it_must(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    assert not search(engine, folder, "hà nội").relaxed
    relaxed = search(engine, folder, "huế xyz")
    assert relaxed.relaxed
    assert names(relaxed) == ["e1", "e2"]
    assert not search(engine, folder, "huế xyz", demand=Demand.ANY).relaxed
    assert search(engine, folder, "huế xyz", demand=Demand.ALL).total == 0
    assert not search(engine, folder, '"không có đâu"').relaxed


def test_a_phrase_asked_for_stays_when_the_rest_relaxes(engine: Engine, tmp_path: Path) -> None:
    found = search(engine, build(engine, tmp_path / "e", SMALL), '"đảng bộ" xyz')
    assert (found.relaxed, sorted(names(found))) == (True, ["a", "c"])


def test_only_sources_accepted(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    assert names(search(engine, folder, "huế", within="e*")) == ["e1", "e2"]
    assert search(engine, folder, "huế", within="a*").total == 0


def test_pages_are_slices_of_the_ranking(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    whole = search(engine, folder, "bo OR noi OR ca", limit=100)
    assert whole.total == len(whole.matches) > 3
    for offset in range(whole.total + 1):
        page = search(engine, folder, "bo OR noi OR ca", limit=2, offset=offset)
        assert page.matches == whole.matches[offset : offset + 2]
        assert page.total == whole.total
    assert search(engine, folder, "bo", limit=0).total == 3


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(Filters(), "abcde1e2", id="all"),
        pytest.param(Filters(suffixes=(".jsonl",)), "e1e2", id="a suffix"),
        pytest.param(Filters(("[ab]*",), suffixes=(".txt",)), "ab", id="every test"),
        pytest.param(Filters(("a*",), ("b.txt",)), "ab", id="globs or folders"),
        pytest.param(Filters(folders=(".",)), "abcde1e2", id="the base"),
        pytest.param(Filters(folders=("b",)), "", id="a folder is no prefix"),
        pytest.param(Filters(sources=frozenset({"c.txt", "x"})), "c", id="some sources"),
        pytest.param(Filters(sources=frozenset()), "", id="no source"),
    ],
)
def test_filters(engine: Engine, tmp_path: Path, filters: Filters, expected: str) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    with closing(engine.reader(folder)) as reader:
        found = reader.search(parse("-khong"), limit=100, filters=filters)
    assert "".join(sorted(names(found))) == expected
    assert found.total == len(found.matches)


def test_matches_are_counted_by_source(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    with closing(engine.reader(folder)) as reader:
        assert reader.matches_by_source(parse("hue")) == {"e.jsonl": 2}
        assert reader.matches_by_source(parse("dang bo")) == {f"{name}.txt": 1 for name in "abc"}
        only = Filters(("[bc]*",))
        assert reader.matches_by_source(parse("dang bo"), only) == {"b.txt": 1, "c.txt": 1}
        assert reader.matches_by_source(parse("xyz")) == {}


def test_an_order_of_sources(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    order = ["x", "e.jsonl", *(f"{name}.txt" for name in "dcba")]
    with closing(engine.reader(folder)) as reader:

        def page(text: str, offset: int, limit: int) -> list[str]:
            found = reader.search(parse(text), limit=limit, offset=offset, order=order)
            assert found.total == whole
            return names(found)

        whole = 6
        expected = ["e1", "e2", "d", "c", "b", "a"]
        for offset in range(8):
            for limit in range(8):
                assert page("-khong", offset, limit) == expected[offset : offset + limit]
        whole = 2
        assert page("huế OR nẵng", 0, 9) == ["e2", "e1"]  # of one source the best first
        assert page("đảng bộ", 0, 9) == ["c", "a"]


def test_places_of_a_document(engine: Engine, tmp_path: Path) -> None:
    filler = "Câu này không nói gì cả, chỉ để cho dài. " * 30
    text = f"Lúa tốt.\n{filler}\nCá hồi và cá mè.\n{filler}\nBiển có cá hồi. Cá hồi ngon.\n{filler}"
    folder = build(engine, tmp_path / "e", [*SMALL, ("long.txt", document(text, "Bài dài"))])
    with closing(engine.reader(folder)) as reader:
        (match,) = reader.search(parse("cá hồi"), limit=9, places=1).matches
        passages = reader.passages("long.txt", "")
        assert "".join(p.text for p in passages).replace("\n", "").startswith("Lúa tốt.Câu")
        assert match.passage == passages[match.number - 1]
        assert (match.places, match.others) == (2, ())
        (match,) = reader.search(parse("cá hồi"), limit=9, places=9).matches
        ((number, other),) = match.others
        assert other == passages[number - 1]
        assert "hồi" in other.text
        assert {number, match.number} < {*range(1, len(passages) + 1)}
        assert not reader.passages("long.txt", "x")
        assert not reader.passages("x", "")
        assert [p.key for p in reader.passages("e.jsonl", "2")] == ["2"]


def test_parts_add_up_to_the_score(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    for match in search(engine, folder, "đảng bộ ngoại giao", explain=True).matches:
        assert sum(part.score for part in match.parts) == pytest.approx(match.score)


def test_equal_documents_come_by_source(engine: Engine, tmp_path: Path) -> None:
    twins = [(f"{name}.txt", document("một hai ba")) for name in "cabd"]
    found = search(engine, build(engine, tmp_path / "e", twins), "hai")
    assert names(found) == ["a", "b", "c", "d"]


def test_removed_documents_leave_no_trace(engine: Engine, tmp_path: Path) -> None:
    changed = build(engine, tmp_path / "changed", SMALL)
    new = ("e.jsonl", document("Sông Hương ở Huế", "Huế", "3"))
    build(engine, changed, [new], removed=["a.txt", "e.jsonl"])
    kept = [*SMALL[1:4], new]
    fresh = build(engine, tmp_path / "fresh", kept)
    for text in ("dang bo", "huế", "hà nội", "song huong o hue", "ngo*", "kỹ thuật"):
        assert search(engine, changed, text, explain=True) == search(
            engine, fresh, text, explain=True
        )
    with closing(engine.reader(changed)) as reader:
        assert reader.count_passages() == len(kept)


def test_some_documents_of_a_file_may_stay(engine: Engine, tmp_path: Path) -> None:
    changed = build(engine, tmp_path / "changed", SMALL)
    writer = engine.writer(changed)
    writer.remove("e.jsonl", kept={"2"})
    writer.commit()
    fresh = build(engine, tmp_path / "fresh", [*SMALL[:4], SMALL[5]])
    for text in ("dang bo", "huế", "hà nội", "ngo*"):
        found = search(engine, changed, text, explain=True)
        assert found == search(engine, fresh, text, explain=True)


def test_documents_of_a_batch_may_be_left_out(engine: Engine, tmp_path: Path) -> None:
    writer = engine.writer(tmp_path / "some")
    builder = writer.builder(0)
    for source, item in SMALL:
        builder.add(source, item)
    (batch,) = builder.finish()
    assert batch.documents == len(SMALL)
    writer.add(batch, without=[0, 5])
    writer.commit()
    fresh = build(engine, tmp_path / "fresh", SMALL[1:5])
    for text in ("dang bo", "huế", "hà nội", "ngo*"):
        found = search(engine, tmp_path / "some", text, explain=True)
        assert found == search(engine, fresh, text, explain=True)


def test_documents_are_counted_by_source(engine: Engine, tmp_path: Path) -> None:
    def count(folder: Path) -> dict[str, int]:
        with closing(engine.reader(folder)) as reader:
            return dict(reader.documents_by_source())

    long = document("\n\n".join(f"đoạn {n} của một văn bản dài" * 40 for n in range(20)))
    many = [(f"{n % 3}.jsonl", document("một hai ba", key=str(n))) for n in range(500)]
    folder = build(engine, tmp_path / "e", [*SMALL, ("long.txt", long), *many], builders=2)
    each = {"a.txt": 1, "b.txt": 1, "c.txt": 1, "d.txt": 1, "e.jsonl": 2, "long.txt": 1}
    assert count(folder) == {**each, "0.jsonl": 167, "1.jsonl": 167, "2.jsonl": 166}
    gone = ["a.txt", "long.txt", "1.jsonl"]
    build(engine, folder, [("1.jsonl", document("bốn năm"))], removed=gone)
    each = {"b.txt": 1, "c.txt": 1, "d.txt": 1, "e.jsonl": 2}
    assert count(folder) == {**each, "0.jsonl": 167, "1.jsonl": 1, "2.jsonl": 166}


def test_words_together_in_a_passage(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", SMALL)
    with closing(engine.reader(folder)) as reader:
        groups = ["bo"], ["hop", "ha", "dang"], ["ha", "da"], ["ha", "khong"]
        assert reader.cooccur(groups) == [True, True, False, False]
    build(engine, folder, [], removed=["a.txt"])
    with closing(engine.reader(folder)) as reader:
        assert reader.cooccur([["hop", "ha", "dang"]]) == [False]


def test_statistics_are_those_of_the_passages(engine: Engine, tmp_path: Path) -> None:
    with closing(engine.reader(build(engine, tmp_path / "e", SMALL))) as reader:
        found = reader.statistics({"bo", "khong"}, {("bo", "ngoai"), ("dang", "bo"), ("bo", "hop")})
        assert found.passages == reader.count_passages() == len(SMALL)
        assert found.variants["bo"] == {"bò": 1, "bộ": 2}
        assert not found.variants["khong"]
        assert found.bigrams["bo", "ngoai"] == {("bộ", "ngoại"): 1, ("bộ", "ngoài"): 1}
        assert found.bigrams["dang", "bo"] == {("đảng", "bộ"): 2, ("dáng", "bò"): 1}
        assert not found.bigrams["bo", "hop"]
        assert [*reader.words_with_prefixes({"ngo", "hu"})] == ["hue", "ngoai"]
        assert {*reader.sample_texts("ngoai", 5)} == {SMALL[0][1].text, SMALL[2][1].text}
        assert len([*reader.sample_texts("hue", 1)]) == 1


@pytest.mark.parametrize("every", [1, 9])
def test_a_sample_is_the_same_in_whatever_order_documents_came(
    engine: Engine, tmp_path: Path, every: int
) -> None:
    documents = [
        document(f"{'mưa' if n % every == 0 else 'nắng'} ngày {n}", key=str(n)) for n in range(90)
    ]
    having = [each for each in documents if "mưa" in each.text]
    by_hash = dict(zip(text_hashes(having), having, strict=True))
    expected = [by_hash[text].text for text in sorted(by_hash)][:7]
    for name, order in (("there", 1), ("back", -1)):
        files = [("a.jsonl", each) for each in documents[::order]]
        folder = build(engine, tmp_path / name, files[:50])
        build(engine, folder, [("b.jsonl", each) for _, each in files[50:]])
        with closing(engine.reader(folder)) as reader:
            assert [*reader.sample_texts("mua", 7)] == expected


def test_a_file_name_may_be_any_bytes(engine: Engine, tmp_path: Path) -> None:
    folder = build(engine, tmp_path / "e", [("\udcff\udcfe.txt", document("Chào bạn"))])
    found = search(engine, folder, "chao")
    assert found.matches[0].passage.source == "\udcff\udcfe.txt"
    build(engine, folder, [], removed=["\udcff\udcfe.txt"])
    assert search(engine, folder, "chao").total == 0


def test_long_documents_match_as_a_whole_and_show_their_best_passage(
    engine: Engine, tmp_path: Path
) -> None:
    filler = "Câu này không nói gì cả, chỉ để cho dài. " * 30
    text = (
        f"Đầu bài nói về lúa.\n{filler}\nGiữa bài nói về cá hồi.\n{filler}\nCuối bài nói về biển."
    )
    folder = build(engine, tmp_path / "e", [("a.txt", document(text, "Bài dài"))])
    assert search(engine, folder, "lúa biển").total == 1
    (match,) = search(engine, folder, "cá hồi").matches
    assert "cá hồi" in match.passage.text
    assert match.passage.cut_before
    assert match.passage.cut_after
    line = text[: text.index(match.passage.text)].count("\n") + 1
    assert match.passage.locator == Locator(line)


@pytest.mark.parametrize("at", range(140, 260, 7))
def test_a_phrase_may_begin_in_one_passage_and_end_in_the_next(
    engine: Engine, tmp_path: Path, at: int
) -> None:
    def text(middle: str) -> str:
        return f"{'trước ' * (at - 1)}{middle} {'sau ' * 400}"

    texts = [text("đá ngọc\nbích xanh"), text("ngọc xanh bích"), text("bích ngọc")]
    documents = [(f"{name}.txt", document(it)) for name, it in zip("abc", texts, strict=True)]
    folder = build(engine, tmp_path / "e", documents)
    for query in ('"ngọc bích"', '"đá ngọc bích xanh"', "ngoc-bich", '"sau sau" "đá ngoc bi*"'):
        assert names(search(engine, folder, query)) == ["a"], query
    assert names(search(engine, folder, 'xanh -"ngoc bich"')) == ["b"]


def test_several_builders_make_the_same_index(engine: Engine, tmp_path: Path) -> None:
    words = "mot hai ba bon nam sau bay tam chin muoi".split()
    many = [
        (f"{n // 10}.jsonl", document(" ".join(words[n % (i + 2)] for i in range(8)), key=str(n)))
        for n in range(700)
    ]
    one = build(engine, tmp_path / "one", many)
    two = build(engine, tmp_path / "two", many, builders=2)
    for text in ("mot hai", '"hai ba"', "bon OR nam", "ch*"):
        assert search(engine, one, text) == search(engine, two, text)


NAMED: Sources = [
    ("a.txt", document("bên A và bên B", name="Hợp đồng/Hợp đồng thuê nhà 2021.txt")),
    ("b.txt", document("dáng bò trên đồng", name="Hop dong/BaoCao_Q3-2025.final.docx")),
    ("c.jpg", document("", name="Ảnh/hopDongThueNha.jpg")),
    ("d.txt", document("hợp đồng thuê nhà của bên A", name="d.txt")),
    ("e.jsonl", document("hợp tác", key="1")),
    ("e.jsonl", document("", name="bên_kia.jsonl")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("thue nha", "dac", id="the text before the name"),
        pytest.param("thuê nhà", "dac", id="marks that a name without any may have"),
        pytest.param("thuế nha", "c", id="other marks of one with marks are another word"),
        pytest.param("hợp đồng thuê", "acd", id="three words in the name before the text"),
        pytest.param("hợp thuê", "dac", id="folders, too"),
        pytest.param("báo cáo", "b", id="pieces of a name typed together"),
        pytest.param("BaoCao_Q3-2025.final.docx", "b", id="a whole name"),
        pytest.param("q 3", "b", id="letters and digits"),
        pytest.param("2021.txt", "a", id="its suffix"),
        pytest.param("bò docx", "b", id="one word in the text, one in the name"),
        pytest.param("name:hợp", "acb", id="only names, best their own"),
        pytest.param("name:bên", "e", id="not texts"),
        pytest.param('name:"thuê nhà"', "ac", id="a phrase in a name"),
        pytest.param('"nhà đồng"', "", id="no phrase from one typing into another"),
        pytest.param('name:"đồng hợp"', "", id="nor from the folders into the name"),
        pytest.param("name:thu*", "ac", id="a prefix in a name"),
        pytest.param("thuê -name:2021", "dc", id="without a name"),
        pytest.param("-thuê", "bee", id="without a word, in names, too"),
        pytest.param("title:thuê", "", id="a name is no title"),
        pytest.param("name:xyz OR 2021", "a", id="one of two"),
    ],
)
def test_finds_by_names(engine: Engine, tmp_path: Path, text: str, expected: str) -> None:
    folder = build(engine, tmp_path / "e", NAMED)
    found = search(engine, folder, text)
    assert sorted(match.passage.source[0] for match in found.matches) == sorted(expected)
    assert [match.passage.source[0] for match in found.matches[:1]] == [*expected[:1]]
    assert found.total == len(expected)


@pytest.mark.parametrize("text", ["name:bao-cao.png", '"bao cao"', "báo cáo png", 'name:"cao png"'])
def test_finds_where_there_are_names_only(engine: Engine, tmp_path: Path, text: str) -> None:
    sources = [(name, document("", name=name)) for name in ("bao-cao.png", "cao.png", "bao.png")]
    found = search(engine, build(engine, tmp_path / "e", sources), text)
    assert [match.passage.source for match in found.matches[:1]] == ["bao-cao.png"]


@pytest.mark.parametrize(
    ("text", "expected"), [("đốc", "23"), ("đọc", "2"), ("doc", "123"), ("name:đốc", "2")]
)
def test_a_suffix_has_no_marks(engine: Engine, tmp_path: Path, text: str, expected: str) -> None:
    named: Sources = [
        ("1", document("văn bản", name="don.doc")),
        ("2", document("ghi", name="doc sach.txt")),
        ("3", document("Giám đốc", name="c.txt")),
    ]
    found = search(engine, build(engine, tmp_path / "e", named), text)
    assert sorted(names(found)) == [*expected]


@pytest.mark.parametrize(
    "text", ['"hinh anh"', "anh.jpg", "hình ảnh", "name:hinh", 'name:"anh jpg"']
)
def test_names_alone_are_found(engine: Engine, tmp_path: Path, text: str) -> None:
    folder = build(engine, tmp_path / "e", [("a", document("", name="hinh anh.jpg"))])
    assert names(search(engine, folder, text)) == ["a"]


BY_NAME: Sources = [
    ("1", document("thu chi của trường", name="Báo cáo quý 3.docx")),
    ("2", document("thu chi của xã", name="Báo cáo quý 3 năm 2024 bản nháp.docx")),
    ("3", document("báo cáo quý 3 " * 20, title="Báo cáo quý 3", name="x.docx")),
    ("4", document("báo cáo quý 3 nộp chậm", name="Báo cáo quý/3/y.docx")),
    ("5", document("báo cáo của quý vị", name="z.docx")),
    ("6", document("", name="Thuyền.jpg")),
    ("7", document("thuyền về bến, thuyền ra khơi", title="Thuyền", name="khơi.txt")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("báo cáo quý 3", "1234", id="a whole name, then names with all, then texts"),
        pytest.param("bao cao quy 3", "1234", id="in bare typing"),
        pytest.param("quý 3 báo cáo", "12", id="in another order"),
        pytest.param("quý 3 nháp", "2", id="three words of a name"),
        pytest.param("quý nháp", "2", id="two words of a name"),
        pytest.param("báo cáo quý 3 docx", "1", id="with its suffix"),
        pytest.param("thuyền", "6", id="a name of one word"),
    ],
)
def test_a_file_of_that_name_comes_before_texts(
    engine: Engine, tmp_path: Path, text: str, expected: str
) -> None:
    folder = build(engine, tmp_path / "e", BY_NAME)
    found = search(engine, folder, text)
    assert "".join(names(found)).startswith(expected)
    one = search(engine, folder, text, limit=1)  # pruned
    assert names(one) == names(found)[:1]


def test_names_count_for_no_text(engine: Engine, tmp_path: Path) -> None:
    pictures = [(f"{n}.jpg", document("", name=f"đảng bộ {n}.jpg")) for n in range(50)]
    folder = build(engine, tmp_path / "e", [*SMALL, *pictures])
    alone = build(engine, tmp_path / "alone", SMALL)
    with closing(engine.reader(folder)) as reader:
        assert reader.count_passages() == len(SMALL)
        assert reader.statistics({"dang"}).variants["dang"] == {"dáng": 1, "đảng": 52}
    for text in ("huế -jpg", '"hà nội"', "ngoài nước"):
        assert search(engine, folder, text) == search(engine, alone, text)


def test_names_of_removed_documents_are_gone(engine: Engine, tmp_path: Path) -> None:
    changed = build(engine, tmp_path / "e", NAMED)
    build(engine, changed, [], removed=["a.txt", "e.jsonl"])
    fresh = build(engine, tmp_path / "fresh", NAMED[1:4])
    for text in ("thuê nhà", "name:2021", "hop dong docx", "name:bên", "q3"):
        assert search(engine, changed, text) == search(engine, fresh, text)


def test_copies_are_one_match(engine: Engine, tmp_path: Path) -> None:
    text = "một văn bản về lúa"
    found = [(f"{n}.txt", document(text, f"Tên {n % 2}", name=f"tệp {n}.txt")) for n in range(5)]
    found += [("x.txt", document(f"{text} nước")), ("y.jpg", document("", name="lúa.jpg"))]
    found += [("z.jsonl", document(text, title, title)) for title in "ab"]
    folder = build(engine, tmp_path / "e", found)
    matches = search(engine, folder, "lúa", copies=False)
    copies = [(match.passage.source, match.copies) for match in matches.matches]
    assert sorted(copies) == [("0.txt", 4), ("x.txt", 0), ("y.jpg", 0), *[("z.jsonl", 0)] * 2]
    assert matches.total == 9
    for offset in range(6):
        page = search(engine, folder, "lúa", copies=False, limit=2, offset=offset)
        assert page.matches == matches.matches[offset : offset + 2]
    assert len(search(engine, folder, "lúa", copies=True).matches) == 9
    (match,) = search(engine, folder, "lúa -tệp -nước -jpg -title:a", copies=False).matches
    assert (match.passage.key, match.copies) == ("b", 0)
    (best,) = search(engine, folder, 'lúa "tệp 3"', copies=False).matches
    assert (best.passage.source, best.copies) == ("3.txt", 0)


# Words that share their folded forms, so that chance makes matches of every kind.
WORDS = st.sampled_from("đảng đang dang bộ bò bo ma má mã nước nuoc kĩ kỹ".split())
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
# The parts of names: words apart, or typed together.
PARTS = st.lists(WORDS, max_size=3).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(map(str.capitalize, words)), ""])
)
DOCUMENTS = st.lists(
    st.tuples(
        st.one_of(TEXTS, st.just("")),
        st.lists(WORDS, max_size=2).map(" ".join),
        st.just(""),
        st.tuples(PARTS, PARTS).map("/".join),
    ),
    max_size=6,
)
CLAUSES = st.one_of(
    WORDS,
    WORDS.map("-{}".format),
    WORDS.map("title:{}".format),
    WORDS.map("name:{}".format),
    st.tuples(WORDS, WORDS).map(lambda words: f'name:"{" ".join(words)}"'),
    WORDS.map("{}~".format),
    WORDS.map(lambda word: f"{word[:2]}*"),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(WORDS, min_size=2, max_size=3).map("-".join),
    st.tuples(WORDS, WORDS).map(" OR ".join),
    st.tuples(WORDS, WORDS).map(" AND ".join),
)
QUERIES = st.lists(CLAUSES, min_size=1, max_size=5).map(" ".join)


def by_source(found: Matches) -> list[Match]:
    return sorted(found.matches, key=lambda match: match.passage.source)


def check_answer(query: Query, found: Matches, expected: Answer) -> None:
    text = query.source
    scores = {m.passage.source: m.score for m in found.matches}
    assert scores == pytest.approx({source: s for source, _, s in expected.scores}), text
    assert (found.total, found.relaxed) == (expected.total, expected.relaxed), text
    matched = [n for _, n in sorted(zip(expected.scores, expected.matched, strict=True))]
    assert [m.matched for m in by_source(found)] == matched, text
    copies = [n for _, n in sorted(zip(expected.scores, expected.copies, strict=True))]
    assert [m.copies for m in by_source(found)] == copies, text
    assert found.complete == expected.complete, text
    assert found.missing == expected.missing, text


# Of random documents; on nodes that run, where an index is made in seconds, fewer.
EXAMPLES: Final = 12 if "VNSEARCH_TEST_CLUSTER" in os.environ else 150


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=DOCUMENTS,
    queries=st.lists(QUERIES, min_size=1, max_size=8),
    exact=st.booleans(),
    demand=st.sampled_from(Demand),
    copies=st.booleans(),
)
def test_answers_as_the_definitions_say(
    tmp_path_factory: pytest.TempPathFactory,
    engine: Engine,
    texts: list[tuple[str, str, str, str]],
    queries: list[str],
    exact: bool,
    demand: Demand,
    copies: bool,
) -> None:
    documents = [(f"{n}.txt", document(*fields)) for n, fields in enumerate(texts)]
    folder = build(engine, tmp_path_factory.mktemp("engine") / "e", documents)
    oracle = Oracle(documents)
    with closing(engine.reader(folder)) as reader:
        for text in queries:
            query = parse(text, exact=exact, demand=demand)
            found = reader.search(query, limit=100, copies=copies)
            check_answer(query, found, oracle.search(query, copies=copies))
            order = [source for source, _ in documents][::-1]
            in_order = reader.search(query, limit=100, order=order)
            check_answer(query, in_order, oracle.search(query))
            sources = [match.passage.source for match in in_order.matches]
            assert sources == sorted(sources, reverse=True)


@pytest.mark.parametrize("exact", [False, True])
def test_the_words_of_a_title_are_in_each_passage(
    engine: Engine, tmp_path: Path, *, exact: bool
) -> None:
    bare, marked = "dang bo hop ban ve muon viec " * 45, "đảng bộ họp bàn về muôn việc " * 45
    documents = [
        ("a.txt", document(f"{bare}\n{marked}", "Dang bo")),  # marks of the title: unknown, known
        ("b.txt", document(f"{marked}\n{bare}", "Dang bo")),
        ("c.txt", document(f"{marked}\n{bare}", "Đảng bộ")),
        ("d.txt", document("đảng bộ", "đảng " * 20)),
        ("e.txt", document("đảng bộ, đảng bộ", "DangBo 5kg")),
    ]
    folder = build(engine, tmp_path / "e", documents)
    oracle = Oracle(documents)
    texts = 'đảng dang dáng dan* "đảng bộ" "dang bo" "đảng đảng" dangbo kg'
    with closing(engine.reader(folder)) as reader:
        for word in shlex.split(texts, posix=False):
            for text in (f"title:{word}", f"title:{word} họp", f"đảng -title:{word}"):
                query = parse(text, exact=exact)
                found = reader.search(query, limit=100, copies=True)
                check_answer(query, found, oracle.search(query, copies=True))


# Things that have other typings, glued and apart, and their pieces.
TYPED = st.sampled_from(
    "5kg 5 kg Kg TP.HCM TPHCM TP HCM vietnam Việt Nam covid-19 covid19 1.000đ 1000 đ 2/9/1945 "
    "02-09-1945 DockerCompose docker".split()
)
TYPED_TEXTS = st.lists(TYPED, min_size=1, max_size=8).map(" ".join)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.tuples(TYPED_TEXTS, st.one_of(st.just(""), TYPED_TEXTS)), max_size=5),
    queries=st.lists(
        st.one_of(TYPED_TEXTS, TYPED.map("-{} 5".format), TYPED.map("title:{}".format)), max_size=4
    ),
    exact=st.booleans(),
    demand=st.sampled_from(Demand),
)
def test_other_typings_are_found_as_the_definitions_say(
    tmp_path_factory: pytest.TempPathFactory,
    engine: Engine,
    texts: list[tuple[str, str]],
    queries: list[str],
    exact: bool,
    demand: Demand,
) -> None:
    documents = [(f"{n}.txt", document(*pair)) for n, pair in enumerate(texts)]
    folder = build(engine, tmp_path_factory.mktemp("engine") / "e", documents)
    oracle = Oracle(documents)
    with closing(engine.reader(folder)) as reader:
        for text in queries:
            typed = parse(text, exact=exact, demand=demand)
            query = expanded(typed, reader.statistics(*needed(typed)))
            found = reader.search(query, limit=100, copies=True)
            check_answer(query, found, oracle.search(query))
