"""Which words of a question ask, and which name what it asks for."""

import pytest

from vnsearch.vietnamese.questions import asking, naming_what_is_asked_for


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("ai viết truyện kiều", "ai", id="a word that asks"),
        pytest.param("hồ rộng bao nhiêu", "bao nhiêu", id="a phrase as a whole"),
        pytest.param("bao cát nặng bao nhiêu", "bao nhiêu", id="not a word of it elsewhere"),
        pytest.param("nấu như thế nào", "như thế nào", id="three words"),
        pytest.param("ngứa mắt có phải dấu hiệu dị ứng", "có phải dấu hiệu", id="what is asked of"),
        pytest.param("dấu hiệu dị ứng", "", id="the same words where they tell"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_words_that_ask(question: str, expected: str) -> None:
    words = question.split()
    found = [word for word, asks in zip(words, asking(words), strict=True) if asks]
    assert " ".join(found) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("mất ngủ là bệnh gì", "là bệnh", id="a kind"),
        pytest.param("rắn hổ mang là loài nào", "là loài", id="with nào"),
        pytest.param("ho khan là triệu chứng của bệnh gì", "là triệu chứng của bệnh", id="longer"),
        pytest.param("thủ đô của pháp là gì", "là", id="nothing named"),
        pytest.param("là gì", "là", id="nothing else"),
        pytest.param("bệnh gì là nguy hiểm", "", id="no question at the end"),
        pytest.param("ăn gì", "", id="without là"),
        pytest.param("hà nội là thủ đô", "", id="a statement"),
        pytest.param("là một hai ba bốn năm sáu bảy gì", "", id="too far away"),
        pytest.param("gì", "", id="one word"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_words_that_name_what_is_asked_for(question: str, expected: str) -> None:
    words = question.split()
    assert " ".join(words[place] for place in naming_what_is_asked_for(words)) == expected
