"""docs/index-format.md is true: a reader written from it alone finds what was indexed.

`Segment` and `read_segments` are that reader. They import nothing of vnsearch, and decode every
array; the tests compare this with the documents that went in.
"""

import json
import sqlite3
import struct
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.building import build
from tests.shapes import as_indexed
from vnsearch.analysis.compounds import compounds
from vnsearch.analysis.names import ends_with_suffix, readings, typings
from vnsearch.analysis.tokenizer import forms_of, tokenize
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.write import bigrams, inverter, token_strings
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.indexing.update import update
from vnsearch.model import Document, Locator
from vnsearch.vietnamese.letters import nfc

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BUCKETS = [0, 40, 55, 65, 75, 85, 95, 105, 115, 140, 160, 185, 210, 240, 280, 330]


class Segment:
    """A segment file, decoded by the specification."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, offset, size = struct.unpack_from("<8sQQ", data)
        assert magic == b"vnseg011"
        assert offset + size == len(data)
        directory = json.loads(data[offset:])
        self.arrays: dict[str, Any] = {}
        for name, (kind, begin, length) in directory["arrays"].items():
            assert begin % 8 == 0
            count = length // struct.calcsize(f"<{kind}")
            self.arrays[name] = struct.unpack_from(f"<{count}{kind}", data, begin)
        counts = directory["counts"]
        self.size, self.tokens = counts["passages"], counts["tokens"]
        self.without_words = counts["without_words"]
        self.exact, self.folded = self.terms("exact"), self.terms("folded")
        self.group_of = [
            group
            for group, (first, end) in enumerate(pairwise(self.arrays["folded.first"]))
            for _ in range(first, end)
        ]

    def blobs(self, name: str) -> list[bytes]:
        data = bytes(self.arrays[name])
        return [data[begin:end] for begin, end in pairwise(self.arrays[f"{name}_at"])]

    def terms(self, field: str) -> list[str]:
        return [term.decode("utf-8", "surrogateescape") for term in self.blobs(f"{field}.terms")]

    def numbers(self, slices: bytes, bits: int) -> bytes:
        """The bit-sliced numbers of passages."""
        octets = (self.size + 7) // 8
        assert len(slices) == bits * octets
        planes = [slices[n * octets : (n + 1) * octets] for n in range(bits)]
        return bytes(
            sum((plane[p // 8] >> p % 8 & 1) << bit for bit, plane in enumerate(planes))
            for p in range(self.size)
        )

    def dense(self, field: str) -> tuple[dict[int, bytes], dict[int, bytes]]:
        """The dense posting lists of terms and of groups."""
        lists = [self.numbers(zstd.decompress(f), 4) for f in self.blobs(f"{field}.dense")]
        terms, groups = self.arrays[f"{field}.dense_terms"], self.arrays[f"{field}.dense_groups"]
        of_terms, of_groups = lists[: len(terms)], lists[len(terms) :]
        return dict(zip(terms, of_terms, strict=True)), dict(zip(groups, of_groups, strict=True))

    def postings(self, field: str) -> Iterator[tuple[int, dict[int, int]]]:
        """The df of each term, and its tf by passage."""
        dense, _ = self.dense(field)
        dense_df = dict(zip(dense, self.arrays[f"{field}.dense_df"], strict=True))
        at, passages, tfs = (self.arrays[f"{field}.{n}"] for n in ("postings_at", "passages", "tf"))
        for term, (begin, end) in enumerate(pairwise(at)):
            if term in dense:
                assert begin == end
                yield dense_df[term], {p: tf for p, tf in enumerate(dense[term]) if tf}
            else:
                yield end - begin, dict(zip(passages[begin:end], tfs[begin:end], strict=True))

    def token_strings(self, array: str = "tokens") -> Iterator[list[list[str]]]:
        """The exact forms of the tokens of each passage's text, its title and its pieces; or of
        each name's typings."""
        two_unit = self.arrays["exact.two_unit"]
        term_of = {}
        for term, form in enumerate(self.exact):
            code = 1 + term - bisect_left(two_unit, term)
            code += 0x800 * (code >= 0xD800)
            term_of[0x10000 + two_unit.index(term) if term in two_unit else code] = form
        for begin, end in pairwise(self.arrays[f"{array}_at"]):
            units = struct.pack(f"<{end - begin}H", *self.arrays[array][begin:end])
            parts = units.decode("utf-16-le").split("\0")
            yield [[term_of[ord(c)] for c in part] for part in parts]

    def stored(self) -> Iterator[list[Any]]:
        """Source, key, title, locator (three values), cut before and after, gap, names, text."""
        for block in self.stored_blocks():
            line, _, texts = block.partition(b"\n")
            sizes, *columns = json.loads(line.decode("utf-8", "surrogatepass"))
            for n, size in enumerate(sizes):
                row = [c[n] if isinstance(c, list) else c for c in columns]
                yield [*row, texts[:size].decode()]
                texts = texts[size:]

    def stored_blocks(self) -> Iterator[bytes]:
        """The first block, and those that are compressed by it as a dictionary."""
        first, *others = self.blobs("stored.blocks")
        dictionary = zstd.decompress(first)
        yield dictionary
        for frame in others:
            yield zstd.decompress(frame, zstd.ZstdDict(dictionary, is_raw=True))

    def bigrams(self) -> dict[tuple[str, str], dict[int, int]]:
        """The tf by passage of each bigram that has a list."""
        terms, group = self.arrays["bigrams.terms"], self.arrays["folded.first"]
        kind, width = ("I", 4) if self.size > 0xFFFF else ("H", 2)
        found, rows, firsts = {}, [], []
        for frame in self.blobs("bigrams.blocks"):
            data = zstd.decompress(frame)
            count, dense, sparse = struct.unpack_from("<III", data)
            numbers = struct.unpack_from(f"<{5 * count + dense}{kind}", data, 12)
            columns = [numbers[n * count : (n + 1) * count] for n in range(5)]
            dense_rows, at = numbers[5 * count :], 12 + width * (5 * count + dense)
            gaps = [
                sum(data[at + place * sparse + n] << 8 * place for place in range(width))
                for n in range(sparse)
            ]
            tfs, at = data[at + width * sparse :][:sparse], at + (width + 1) * sparse
            firsts.append(columns[0][0] << 16 | columns[1][0])
            begin = 0
            for row, (one, other, a, b, df) in enumerate(zip(*columns, strict=True)):
                rows.append((one, other, a, b))
                if row in dense_rows:
                    own = self.numbers(data[at : at + 2 * ((self.size + 7) // 8)], 2)
                    at += 2 * ((self.size + 7) // 8)
                    postings = {p: tf for p, tf in enumerate(own) if tf}
                else:
                    passages = accumulate(gaps[begin : begin + df])
                    postings = dict(zip(passages, tfs[begin : begin + df], strict=True))
                    begin += df
                assert len(postings) == df > 0
                first, second = group[terms[one]] + a, group[terms[other]] + b
                found[self.exact[first], self.exact[second]] = postings
            assert (begin, at) == (sparse, len(data))
        assert list(self.arrays["bigrams.first"]) == firsts
        assert rows == sorted(rows)
        return found


def read_segments(engine: Path) -> list[tuple[Segment, set[int]]]:
    """The segments of the manifest, each with its deleted passages."""
    segments = []
    for entry in json.loads((engine / "segments.json").read_text("utf-8"))["segments"]:
        assert (engine / entry["file"]).stat().st_size == entry["bytes"]
        deleted = {n for begin, end in entry["deleted"] for n in range(begin, end)}
        segments.append((Segment(engine / entry["file"]), deleted))
        assert segments[-1][0].size == entry["passages"] > len(deleted)
    return segments


# What is found


class Expected(NamedTuple):
    """The folded and exact forms of a passage's tokens."""

    text: list[tuple[str, str]]
    title: list[tuple[str, str]]
    pieces: list[list[tuple[str, str]]]  # of each compound

    def tf(self) -> Counter[tuple[str, str]]:
        counts = Counter(chain(self.text, *self.pieces))
        for form in self.title:
            counts[form] += 2
        return counts


def forms(text: str) -> list[tuple[str, str]]:
    return [(token.folded, token.exact) for token in tokenize(text)]


def pieces(text: str) -> list[list[tuple[str, str]]]:
    return [list(map(forms_of, found)) for *_, found in compounds(text)]


def as_bytes(*term: str) -> list[bytes]:
    return [form.encode("utf-8", "surrogateescape") for form in term]


Names = Mapping[tuple[str, str], tuple[str, str]]  # by source and key: of file and folders


def name_forms(name: str, text: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The forms of a name in each of its typings: if it has no marks, those of the text, or else
    with unknown marks."""
    found, texts = [forms(typing) for typing in typings(name)], typings(name)
    if any(folded != exact for typing in found for folded, exact in typing):
        return found
    ends = [[f.pop()] if ends_with_suffix(t) else [] for t, f in zip(texts, found, strict=True)]
    words = [folded for typing in found for folded, _ in typing if not folded.isnumeric()]
    known = readings(words, ((n, *form) for n, form in enumerate(text) if form[0] in words))
    return [
        [(f, exact if f.isnumeric() else known.get(f, f"{f}?")) for f, exact in typing] + end
        for typing, end in zip(found, ends, strict=True)
    ]


def check_names(segment: Segment, stored: list[list[Any]], names: Names) -> set[tuple[str, str]]:
    """The names of documents are at their last passages; return the forms of their words."""
    expected: dict[int, tuple[list[list[tuple[str, str]]], ...]] = {}
    text: list[tuple[str, str]] = []
    for passage, (row, last) in enumerate(zip(stored, segment.arrays["last"], strict=True)):
        text += [*as_indexed(forms(row[-1]), forms(row[2]))[0], ("", "")]
        if last and (row[0], row[1]) in names:
            expected[passage] = tuple(name_forms(name, text) for name in names[row[0], row[1]])
        text = [] if last else text
    assert list(segment.arrays["name.documents"]) == list(expected)
    assert list(segment.token_strings("name.tokens")) == [
        [[exact for _, exact in typing] for typing in (*own, [], *folders)] + [[]] * (not folders)
        for own, folders in expected.values()
    ]
    tfs: dict[str, dict[int, int]] = {}
    for passage, fields in expected.items():
        for tf, field in zip((4, 1), fields, strict=True):
            for _, exact in chain(*field):
                tfs.setdefault(exact, {}).setdefault(passage, tf)
    numbers = segment.arrays["name.exact"]
    assert list(numbers) == sorted(numbers)
    found = [postings for _, postings in segment.postings("name")]
    assert dict(zip([segment.exact[n] for n in numbers], found, strict=True)) == tfs
    return {form for fields in expected.values() for field in fields for form in chain(*field)}


def check_titles(segment: Segment, passages: list[Expected], stored: list[list[Any]]) -> None:
    """The words of a title are at the last passage of a document; at all where they differ."""
    documents: dict[tuple[str, str], list[int]] = {}
    for passage, row in enumerate(stored):
        documents.setdefault((row[0], row[1]), []).append(passage)
    apart, tfs = list[int](), dict[str, dict[int, int]]()
    for own in documents.values():
        differ = any(passages[p].title != passages[own[0]].title for p in own)
        apart += own if differ else []
        for passage in own if differ else own[-1:]:
            for (_, exact), count in Counter(passages[passage].title).items():
                tfs.setdefault(exact, {})[passage] = min(count, 15)
    assert list(segment.arrays["title.apart"]) == sorted(apart)
    numbers = segment.arrays["title.exact"]
    assert list(numbers) == sorted(numbers)
    found = [postings for _, postings in segment.postings("title")]
    assert dict(zip([segment.exact[n] for n in numbers], found, strict=True)) == tfs


def check_copies(segment: Segment, stored: list[list[Any]]) -> None:
    """Whole documents in one passage have equal hashes if they have equal texts."""
    order = [n for _, n in sorted((h, n) for n, h in enumerate(segment.arrays["hashes"]) if h)]
    assert list(segment.arrays["hashes.order"]) == order
    hashes = [
        (segment.arrays["hashes"][n], (row[-1], f"# {row[2]}" if row[1] else ""))
        for n, row in enumerate(stored)
        if not (row[6] or row[7])
    ]
    texts = {text for _, text in hashes if text[0]}
    assert len({found for found, text in hashes if text[0]}) == len(texts)
    assert len({item for item in hashes if item[1][0]}) == len(texts)
    assert all(bool(found) == bool(text) for found, (text, _) in hashes)


def check_segment(segment: Segment, names: Names = {}) -> None:  # noqa: B006
    """All arrays say the same of the passages as their stored texts and titles."""
    stored = list(segment.stored())
    passages = [
        Expected(*as_indexed(forms(row[-1]), forms(row[2])), [*pieces(row[-1]), *pieces(row[2])])
        for row in stored
    ]
    assert len(passages) == segment.size
    in_names = check_names(segment, stored, names)
    check_copies(segment, stored)
    check_titles(segment, passages, stored)
    in_texts = {form for p in passages for form in p.tf()}
    terms = sorted(in_texts | in_names, key=lambda t: as_bytes(*t))
    assert segment.exact == [exact for _, exact in terms]
    assert segment.folded == sorted({folded for folded, _ in terms}, key=as_bytes)
    assert [segment.folded[group] for group in segment.group_of] == [folded for folded, _ in terms]
    order = sorted(range(len(terms)), key=lambda n: as_bytes(segment.exact[n]))
    assert list(segment.arrays["exact.order"]) == order
    check_postings(segment, "exact", [dict(p.tf()) for p in passages], terms)
    sources = segment.terms("source")
    assert sources == sorted({row[0] for row in stored}, key=as_bytes)
    check_postings(segment, "source", [{row[0]: 1} for row in stored], sources)
    assert list(segment.token_strings()) == [
        [[exact for _, exact in part] for part in (p.text, p.title, *p.pieces)] for p in passages
    ]
    check_bigrams(segment, passages)
    lengths = [len(p.text) + 2 * len(p.title) for p in passages]
    assert list(segment.arrays["lengths"]) == lengths
    assert segment.tokens == sum(lengths)
    assert segment.without_words == lengths.count(0)
    buckets = [max(b for b, least in enumerate(BUCKETS) if least <= n) for n in lengths]
    assert list(segment.numbers(bytes(segment.arrays["length_buckets"]), 4)) == buckets
    edges = [p.text[at] if p.text else None for p in passages for at in (0, -1)]
    numbers = [0xFFFFFFFF if edge is None else terms.index(edge) for edge in edges]
    assert list(segment.arrays["edges"]) == numbers
    sizes = [
        len(json.loads(block.partition(b"\n")[0].decode("utf-8", "replace"))[0])
        for block in segment.stored_blocks()
    ]
    assert list(segment.arrays["stored.first"]) == [sum(sizes[:n]) for n in range(len(sizes))]


def check_postings(
    segment: Segment, field: str, passages: list[dict[Any, int]], terms: Sequence[Any]
) -> None:
    expected: list[dict[int, int]] = [{} for _ in terms]
    numbers = {term: n for n, term in enumerate(terms)}
    for passage, tfs in enumerate(passages):
        for term, tf in tfs.items():
            expected[numbers[term]][passage] = min(tf, 15)
    found = list(segment.postings(field))
    assert found == [(len(postings), postings) for postings in expected]
    assert all(list(postings) == sorted(postings) for _, postings in found)
    _, dense_groups = segment.dense(field)
    for group, dense in dense_groups.items():
        begin, end = segment.arrays["folded.first"][group : group + 2]
        assert end - begin > 1
        sums = (sum(e.get(p, 0) for e in expected[begin:end]) for p in range(segment.size))
        assert list(dense) == [min(15, total) for total in sums]


def check_bigrams(segment: Segment, passages: list[Expected]) -> None:
    counted = {segment.folded[n] for n in segment.arrays["bigrams.terms"]}
    expected: dict[tuple[str, str], Counter[int]] = {}
    for number, p in enumerate(passages):
        for tokens, weight in ((p.text, 1), (p.title, 2), *((piece, 1) for piece in p.pieces)):
            for one, other in pairwise(tokens):
                if one[0] in counted and other[0] in counted:
                    expected.setdefault((one[1], other[1]), Counter())[number] += weight
    assert segment.bigrams() == {
        bigram: {passage: min(3, tf) for passage, tf in counts.items()}
        for bigram, counts in expected.items()
    }


def documents_of(segments: list[tuple[Segment, set[int]]]) -> list[list[list[Any]]]:
    """The stored fields of live passages, document by document."""
    documents: list[list[list[Any]]] = []
    for segment, deleted in segments:
        document: list[list[Any]] = []
        rows = zip(segment.stored(), segment.arrays["last"], strict=True)
        for passage, (row, is_last) in enumerate(rows):
            document.append(row)
            if is_last:
                gone = deleted & {*range(passage + 1 - len(document), passage + 1)}
                assert len(gone) in (0, len(document))
                if not gone:
                    documents.append(document)
                document = []
        assert not document
    return documents


# What goes in

FORMS = "ma má mà mã mạ đang đảng bo bò bộ zu x 12 12-KL ａ 中文 𝒜 Ǹ hòa hoà kỹ kĩ".split()
FORMS += ["5kg", "20.000đ", "KyThuật2"]
runs = st.tuples(st.sampled_from(FORMS), st.one_of(st.just(1), st.integers(1, 20)))
texts = st.lists(runs, max_size=12).map(
    lambda runs: nfc(" ".join(word for word, count in runs for _ in range(count)))
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    documents=st.lists(st.tuples(texts, texts), min_size=1, max_size=9),
    batch=st.sampled_from([1, 3, 100]),
    named=st.dictionaries(
        st.integers(0, 8),
        st.tuples(
            st.sampled_from(["ma 5kg.txt", "KyThuật2", "đảng_bo"]), st.sampled_from(["", "Bò/ma"])
        ),
    ),
    removed=st.sets(st.integers(0, 8)),
    min_share=st.sampled_from([0, 1 / 3, 2]),
    one_unit=st.sampled_from([1, 4, 63_487]),
)
def test_small_indexes_of_several_segments_and_with_deletions(
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[tuple[str, str]],
    batch: int,
    named: dict[int, tuple[str, str]],
    removed: set[int],
    min_share: float,
    one_unit: int,
) -> None:
    engine = tmp_path_factory.mktemp("index") / "engine"
    sources = [f"{n}\udcff.txt" if n % 2 else f"{n}.txt" for n in range(len(documents))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "DENSE_MIN_DF", 1)
        patch.setattr(inverter, "DENSE_MIN_SHARE", min_share)
        patch.setattr(bigrams, "MIN_SHARE", min_share)
        patch.setattr(bigrams, "DENSE_MIN_SHARE", min_share)
        patch.setattr(token_strings, "MAX_ONE_UNIT_TERMS", one_unit)
        found = [
            (
                source,
                Document(
                    "" if n in named else str(n),
                    title,
                    text,
                    Locator(n, "page", names="" if n % 5 else "Một\fHai") if n % 3 else None,
                    name=named.get(n, ("", ""))[0],
                    folders=named.get(n, ("", ""))[1],
                ),
            )
            for n, (source, (title, text)) in enumerate(zip(sources, documents, strict=True))
        ]
        limits = Limits(batch_documents=batch)
        build(WhooshEngine(limits), engine, found)
        gone = [source for n, source in enumerate(sources) if n in removed]
        build(WhooshEngine(limits), engine, [], gone)
    segments = read_segments(engine)
    for segment, _ in segments:
        check_segment(
            segment, {(sources[n], ""): name for n, name in named.items() if n < len(sources)}
        )
    expected = [
        [
            sources[n],
            "" if n in named else str(n),
            title,
            *((n, "page", 1) if n % 3 else (None,) * 3),
            False,
            False,
            "",
            "Một" if not n % 5 and n % 3 else "",
            text,
        ]
        for n, (title, text) in enumerate(documents)
        if n not in removed
    ]
    passages = [passage for (passage,) in documents_of(segments)]
    assert sorted(passages, key=lambda row: sources.index(row[0])) == expected


def test_a_long_document_among_many_short_ones(tmp_path: Path) -> None:
    text = "\n".join(f"Dòng {n} má mà nói về từ w{n % 40} w{n % 7}." for n in range(500))
    found = [("long.txt", Document("", "Dài", text, Locator(1)))]
    found += [("short.jsonl", Document(str(n), f"w{n}", f"má w{n % 3} mà")) for n in range(300)]
    build(WhooshEngine(), tmp_path / "engine", found)
    ((segment, deleted),) = read_segments(tmp_path / "engine")
    assert not deleted
    check_segment(segment)
    long, *short = documents_of([(segment, deleted)])
    assert len(short) == 300
    assert "\n".join(passage[-1] for passage in long) == text
    assert [passage[6] for passage in long] == [False] + [True] * (len(long) - 1)
    assert [passage[7] for passage in long] == [True] * (len(long) - 1) + [False]
    lines = [passage[3] for passage in long]
    assert [text.split("\n")[line - 1] for line in lines] == [p[-1].split("\n")[0] for p in long]
    # By the writer's own constants:
    assert {"má", "mà"} <= {segment.exact[n] for n in segment.arrays["exact.dense_terms"]}
    assert "ma" in {segment.folded[n] for n in segment.arrays["exact.dense_groups"]}
    assert segment.bigrams().keys() >= {("má", "mà"), ("má", "w1"), ("w2", "mà")}


def test_the_folder_of_an_index(tmp_path: Path) -> None:
    contents = {"a.txt": "Một văn bản", "b.md": "# Hai\n\nbản nữa"}
    for name, text in contents.items():
        (tmp_path / name).write_text(text, "utf-8")
    index = tmp_path / ".vnsearch"
    update(index, [str(tmp_path)])
    names = {path.name for path in index.iterdir()}
    assert names == {".gitignore", "lock", "current", "generation-1"}
    name, checksum = (index / "current").read_text("ascii").removesuffix("\n").split(" ")
    generation = index / name
    checksums = (generation / "checksums").read_bytes()
    assert f"{crc32(checksums):08x}" == checksum
    paths = []
    for line in checksums.decode("ascii").splitlines():
        crc, size, encoded = line.split(" ", 2)
        paths.append(json.loads(encoded))
        data = (generation / paths[-1]).read_bytes()
        assert (crc, int(size)) == (f"{crc32(data):08x}", len(data))
    assert paths == ["catalog.db", "engine/1.segment", "engine/segments.json"]
    catalog = sqlite3.connect(generation / "catalog.db")
    facts = dict(catalog.execute("select name, value from facts"))
    assert facts.keys() == {"catalog", "analysis", "engine", "vnsearch", "updated"}
    assert (facts["catalog"], facts["engine"]) == ("9", "whoosh-15")
    columns = "path, size, digest, documents, flaws, encoding, sure"
    rows = catalog.execute(f"select {columns} from files order by path").fetchall()
    assert rows == [
        (name.encode(), len(data), sha256(data).digest(), 1, "[]", "", 1)
        for name, data in ((name, text.encode()) for name, text in contents.items())
    ]
    roots = catalog.execute("select path, excludes, encoding from roots").fetchall()
    assert roots == [(b".", "[]", "")]
    catalog.close()
    ((segment, _),) = read_segments(generation / "engine")
    check_segment(segment, {(name, ""): (name, "") for name in contents})
    assert [(row[0], row[2], row[3:6]) for row in segment.stored()] == [
        ("a.txt", "Một văn bản", [1, "line", 1]),
        ("b.md", "Hai", [1, "line", 1]),
    ]
