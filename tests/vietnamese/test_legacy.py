"""Old encodings: their tables, detecting them, and leaving other languages alone."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import CORPUS
from tests.formats import encoded, misread
from vnsearch.vietnamese import encodings, legacy
from vnsearch.vietnamese.letters import nfc

PIECE = 500  # code points
ENCODINGS = [name for name in encodings.DECODERS if name != encodings.MISREAD_UTF_8]

FRENCH = """
Le marché du samedi s'étend déjà jusqu'à la rue de l'Église, où les maraîchers déballent leurs
légumes bien avant l'arrivée des premiers clients. On y achète des pêches, des mûres, du pâté de
campagne et parfois un gâteau encore tiède. Ma grand-mère, née à côté de la forêt, répétait que
l'été n'était jamais assez long pour goûter à tout. Après dîner, les élèves du collège répètent
une pièce de théâtre dans la salle des fêtes; leurs voix, d'abord gênées, finissent par s'élever
très haut. Le maire a promis que le vieux château serait rénové, mais personne n'a encore vu les
crédits nécessaires. Peut-être qu'à Noël la façade sera prête. Hélas, les travaux ont été arrêtés
à cause de la grêle, et l'hôtel où logeaient les maçons a fermé. Né là-bas, il y est resté fidèle.
"""
GERMAN = """
Über den Dächern der Stadt hängt früh am Morgen noch Nebel, während die Bäcker schon ihre
Brötchen in die Körbe zählen. Fräulein Schröder öffnet die Fensterläden, grüßt die Nachbarn und
hört dem Straßenbahnfahrer zu, der müde von der Nachtschicht erzählt. Später führt der Weg durch
die Gärten zum Fluss, wo Männer ihre Boote für den Sommer prüfen. Natürlich wäre es schöner,
wenn die Brücke endlich geöffnet würde, aber die Behörde möchte zuerst das Geländer ausbessern.
Im Gasthaus gibt es Klöße, Möhren und süßen Kuchen, danach kühles Bier. Für die Kinder gehört der
Ausflug zu den größten Vergnügungen des Jahres, denn nirgends blühen so viele Äpfelbäume. Tschüss,
ruft der Müller, und die Mühle dreht sich gemächlich weiter, bis es dämmert und kühl wird.
"""
ENGLISH = """
The committee’s report — long, careful and rather dull — was read in full by exactly two people.
“Nobody asked for it,” said the clerk, “and nobody will miss it.” She kept a copy anyway, next
to the résumés of candidates who’d never been called, and a menu from the café downstairs. It is
naïve to think that an archive keeps itself; dust, damp and helpful colleagues see to that. By
the end of the year the shelves had been moved twice, the catalogue once, and the key had simply
disappeared. Still, whenever a visitor came with a question, the clerk’s memory proved faster
than any index: third row, second box, under the blue folder. The façade of the building was being
painted that spring, and the smell of it drifted into every room, file and cup of tea… until May.
"""
RUSSIAN = """
Ранним утром на берегу реки собрались рыбаки, чтобы обсудить погоду и починить старые сети. Вода
стояла высоко, и лодки, привязанные к деревянному мосту, тихо качались на волнах. Учитель из
соседней деревни принёс газету и громко прочитал новости о строительстве новой железной дороги.
Никто не поверил, что поезда будут ходить уже осенью, однако все согласились, что дорога нужна.
Потом пили чай с вареньем, вспоминали прошлую зиму и смеялись над историями старого мельника. К
вечеру подул ветер, небо потемнело, и пришлось возвращаться домой через лес. Дети бежали впереди,
собака лаяла на каждую тень, а бабушка ждала всех у калитки с фонарём и тёплыми пирогами.
"""
OTHERS = {
    "French": (FRENCH, "cp1252"),
    "French on a Mac": (FRENCH, "mac-roman"),
    "German": (GERMAN, "cp1252"),
    "English": (ENGLISH, "cp1252"),
    "Russian, KOI8-R": (RUSSIAN, "koi8-r"),
    "Russian, CP1251": (RUSSIAN, "cp1251"),
    "Russian, CP866": (RUSSIAN, "cp866"),
}


def vietnamese() -> list[str]:
    texts = [nfc(path.read_text("utf-8")) for path in sorted(CORPUS.rglob("*.txt"))]
    chance = random.Random(6)
    long = [text for text in texts if len(text) > PIECE]
    starts = ((text, chance.randrange(len(text) - PIECE)) for text in long for _ in range(8))
    return [text[at : at + PIECE] for text, at in starts]


def foreign(text: str, count: int = 35) -> list[str]:
    """Pieces of a text, its words in another order in each, for there to be many."""
    chance, words = random.Random(7), text.split()
    pieces = []
    for _ in range(count):
        at = chance.randrange(len(words))
        mixed = [*words[at:], *words[:at]]
        pieces.append(" ".join(mixed)[:PIECE])
    return pieces


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_vietnamese_is_detected_and_decoded(encoding: str) -> None:
    pieces = vietnamese()
    found = [legacy.decode(encoded(piece, encoding)) for piece in pieces]
    right = [item for item in found if item is not None and item.encoding == encoding]
    assert len(right) >= 0.99 * len(pieces)
    assert sum(item.sure for item in right) >= 0.95 * len(pieces)
    ascii_only = [p for p, item in zip(pieces, found, strict=True) if item is None]
    assert not ascii_only
    same = sum(
        item.text.lower() == piece.lower()
        for piece, item in zip(pieces, found, strict=True)
        if item is not None and not set(piece) & set("–—…₫°×½")
    )
    assert same >= 0.8 * len(pieces)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
def test_misread_vietnamese_is_repaired(encoding: str) -> None:
    pieces = vietnamese()
    wrong = [misread(p.encode() if encoding == "utf-8" else encoded(p, encoding)) for p in pieces]
    found = [legacy.repair(piece) for piece in wrong]
    name = encodings.MISREAD_UTF_8 if encoding == "utf-8" else encoding
    assert sum(item is not None and item.encoding == name for item in found) >= 0.98 * len(pieces)


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_are_not_taken_for_vietnamese(language: str) -> None:
    text, encoding = OTHERS[language]
    for piece in foreign(text):
        data = piece.encode(encoding, "replace")
        assert legacy.decode(data) is None
        assert legacy.repair(piece) is None
        assert legacy.repair(misread(data)) is None


@pytest.mark.parametrize(
    "text",
    [
        "café de Paris", "où va la France", "São Paulo", "Köln am Rhein", "mañana", "Intel® Core",
        "5 µm", "bào", "né sao", "Đội Chân® an", "Ý kiến", "lò xo 3µ", "Ngô Bảo Châu, Zürich",
    ],
)  # fmt: skip
def test_a_few_words_that_are_right_are_left_alone(text: str) -> None:
    assert legacy.repair(text) is None


def test_correct_text_is_left_alone() -> None:
    for path in sorted(CORPUS.rglob("*.*")):
        assert legacy.repair(nfc(path.read_text("utf-8"))) is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Céng hßa X· héi Chñ nghÜa ViÖt Nam", "Cộng hòa Xã hội Chủ nghĩa Việt Nam"),
        ("CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("Vieät Nam ñaát nöôùc toâi", "Việt Nam đất nước tôi"),
        ("Viá»‡t Nam Ä‘áº¥t nÆ°á»›c", "Việt Nam đất nước"),
        ("mùa hè\nCéng hßa X· héi\nđường phố", "mùa hè\nCộng hòa Xã hội\nđường phố"),
        # A few words: titles, items of menus, names of sheets and files.
        ("B¸o c¸o", "Báo cáo"),
        ("QuyÕt ®Þnh", "Quyết định"),
        ("Danh s¸ch", "Danh sách"),
        ("Bé Tµi chÝnh", "Bộ Tài chính"),
        ("®¨ng ký th\xadêng tró", "đăng ký thường trú"),
        ("Trung \xad¬ng", "Trung ương"),
        ("h¬n mét tr¨m ngh×n", "hơn một trăm nghìn"),
        ("ViÖt Nam sang Trung", "Việt Nam sang Trung"),
        ("Baùo caùo", "Báo cáo"),
        ("roài tan daàn", "rồi tan dần"),
    ],
)  # fmt: skip
def test_repairs(wrong: str, right: str) -> None:
    found = legacy.repair(wrong)
    assert found is not None
    assert found.text == right


def test_what_was_misread_twice_is_repaired() -> None:
    piece = vietnamese()[0]
    found = legacy.repair(misread(misread(piece.encode()).encode()))
    assert found is not None
    assert found.text == piece


def test_the_tables_are_those_of_others(shared: Path) -> None:
    rows = (shared / "data/lists/encodings-table.tsv").read_text("utf-8").splitlines()
    columns = {encodings.VNI: 1, encodings.TCVN3: 2, encodings.VISCII: 3, encodings.VPS: 4}
    for cells in (row.split("\t") for row in rows[1:]):
        for encoding, column in columns.items():
            data = bytes.fromhex(cells[column]) if len(cells) > column else b""
            if encoding == encodings.VNI:
                assert encodings.decode_as(data, encoding) == cells[0]
            elif data:
                found = encodings.CHARACTERS[encoding][data[0]]
                # One byte stands for the capital and the small letter of some.
                assert found in (cells[0], cells[0].lower()), (encoding, cells[0])


@pytest.mark.parametrize(
    "name", ["smartcharset-demo1-tcvn", "uchardet-viscii", "uchardet-windows-1258"]
)
def test_files_of_others(shared: Path, name: str) -> None:
    folder = shared / "data/lists/encodings"
    found = legacy.decode((folder / f"{name}.txt").read_bytes())
    assert found is not None
    twin = "smartcharset-demo1-utf8" if "tcvn" in name else "uchardet-utf-8"
    expected = (folder / f"{twin}.txt").read_text("utf-8")
    assert found.text.split()[:20] == expected.split()[:20]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tcvn3", encodings.TCVN3), ("ABC", encodings.TCVN3), ("vni", encodings.VNI),
        ("VNI-Windows", encodings.VNI), ("viscii", encodings.VISCII),
        ("cp1258", encodings.WINDOWS_1258),
        ("latin-1", "iso8859-1"), ("UTF8", "utf-8"), ("no such", None), ("rot13", None),
        ("base64", None),
    ],
)  # fmt: skip
def test_names(name: str, found: str | None) -> None:
    assert encodings.lookup(name) == found


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=300))
def test_anything_can_be_looked_at(data: bytes, text: str) -> None:
    for found in (legacy.decode(data), legacy.repair(text), legacy.repair(misread(data))):
        assert found is None or found.encoding in encodings.DECODERS
    repaired = legacy.repair(text)
    assert repaired is None or repaired.text.count("\n") == text.count("\n")
    for encoding in ENCODINGS:
        assert bool(encodings.decode_as(data, encoding)) == bool(data)


@pytest.mark.parametrize("likely", [*encodings.BYTE_TABLES, encodings.VNI, "cp1252", ""])
@pytest.mark.parametrize("encoding", [encodings.TCVN3, encodings.VNI, encodings.VISCII])
def test_what_is_likely_decides_nothing(encoding: str, likely: str) -> None:
    text = "Các hộ thống nhất sửa đường đến trường, người dân góp công, xã góp xi măng.\n"
    for data in (encoded(text, encoding), encoded(text * 20, encoding)):
        assert legacy.decode(data, likely) == legacy.decode(data)
    assert legacy.decode("Le marché déjà fermé à l'été".encode("latin-1"), likely) is None
