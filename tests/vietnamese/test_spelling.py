"""How far misspelt words are from those meant: real confusions of dialects, slips of fingers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.vietnamese.spelling import distance
from vnsearch.vietnamese.syllable import canonical

MODEST = settings(max_examples=200, deadline=None)

# Two words, how far they are apart, and why.
DISTANCES = [
    ("làm", "nàm", 0.5, "l and n, the Red River delta"),
    ("truyện", "chuyện", 0.5, "ch and tr, the North"),
    ("sử", "xử", 0.5, "s and x, the North"),
    ("giành", "dành", 0.5, "d and gi, one sound"),
    ("dành", "rành", 0.5, "d and r, the North"),
    ("diết", "giết", 0.5, "d and gi, where gi shares its i with the nucleus"),
    ("dì", "gì", 0.5, "d and gi, where the i is all of the nucleus"),
    ("về", "dề", 0.5, "v and d, the South"),
    ("kách", "cách", 0.5, "c and k, one sound"),
    ("cuốc", "quốc", 0.5, "c and q, one sound"),
    ("gế", "ghế", 0.5, "g and gh, one sound"),
    ("nghành", "ngành", 0.5, "ng and ngh, one sound"),
    ("rỏ", "rõ", 0.25, "hỏi and ngã, one tone in the South"),
    ("đựợc", "được", 0.25, "a tone typed twice"),
    ("đương", "đường", 0.75, "no tone and another one"),
    ("trờ", "trở", 0.75, "another tone"),
    ("bàng", "bàn", 0.5, "n and ng, the South"),
    ("tín", "tính", 0.5, "n and nh, the South"),
    ("mặc", "mặt", 0.5, "c and t, the South"),
    ("ít", "ích", 0.5, "ch and t, the South"),
    ("tàu", "tầu", 0.5, "a and â before u, doublets"),
    ("màu", "mào", 0.5, "au and ao"),
    ("riệu", "rượu", 0.5, "iêu and ươu, the North"),
    ("lưu", "liu", 0.5, "ưu and iu, the North"),
    ("tiềm", "tìm", 0.5, "i and iê, the South"),
    ("bịnh", "bệnh", 0.5, "i and ê, the South"),
    ("tuơng", "tương", 0.5, "half of the marks of a nucleus"),
    ("dường", "đường", 0.5, "a mark left out"),
    ("nẻ", "lẽ", 0.75, "an onset and a tone"),
    ("mội", "một", 1.0, "a letter"),
    ("trogn", "trong", 1.0, "letters swapped"),
    ("tronng", "trong", 0.5, "a letter doubled"),
    ("polime", "polyme", 0.5, "i and y, foreign"),
    ("kozak", "cossack", 0.5, "all respelt by sound, foreign"),
    ("fôn", "phôn", 0.5, "f and ph, foreign"),
    ("joão", "jõao", 0.25, "a tone elsewhere, foreign"),
    ("hungari", "hungary", 0.5, "i and y at the end, foreign"),
    ("washinton", "washington", 1.0, "a letter left out, foreign"),
]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [row[:3] for row in DISTANCES],
    ids=[f"{a!a} {b!a}: {why}" for a, b, _, why in DISTANCES],
)
def test_distance(a: str, b: str, expected: float) -> None:
    assert distance(a, b) == distance(b, a) == expected


letters = st.text("aăâeêiouưydđlnghctrsxkmpqvbfzwàảãạếở", max_size=9)


@MODEST
@given(st.one_of(letters, st.text()).map(canonical), st.one_of(letters, st.text()).map(canonical))
def test_distance_is_symmetric_and_nought_only_of_equals(a: str, b: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, a) == 0
