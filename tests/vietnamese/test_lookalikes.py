"""Letters and signs in place of Vietnamese letters."""

import pytest

from vnsearch.vietnamese.lookalikes import restored


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Chương trình đƣợc ngƣời dùng chạy nhƣ thƣờng lệ.",
         "Chương trình được người dùng chạy như thường lệ."),
        ("ĐƢỜNG PHỐ", "ĐƯỜNG PHỐ"),
        ("₫óng cửa sổ rồi ₫ợi máy ₫ã viết", "đóng cửa sổ rồi đợi máy đã viết"),
        ("giá 5.000₫ một cái", "giá 5.000₫ một cái"),
        ("giá ₫5000, 100₫/kg", "giá ₫5000, 100₫/kg"),
        ("₫ là đồng", "₫ là đồng"),
        ("Qazaƣstan", "Qazaƣstan"),
        ("không có gì", "không có gì"),
    ],
)  # fmt: skip
def test_letters_are_restored_in_syllables(text: str, right: str) -> None:
    assert restored(text) == right
    assert restored(right) == right
