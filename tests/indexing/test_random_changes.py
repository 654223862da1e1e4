"""Files changed at random: an index brought up to date answers as one made anew."""

import os
import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tests import formats
from tests.faults import KILL, stopped_at
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

STEPS = int(os.environ.get("VNSEARCH_STEPS", "300"))  # more by hand
WORDS = "đảng bộ ngoại giao biển đông bão báo hội nghị hoà hòa bình dang bo trời mưa".split()
QUERIES = ("đảng bộ", "dang bo ngoai giao", '"bien dong"', "ho*", "mưa -bão", "hoà bình trời mưa",
           "bão jpg", "name:bão", "bien txt", "-jpg -mưa")  # fmt: skip


class Shelf:
    """Some files, what may happen to them, and two indexes of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.docs, self._random = folder / "docs", random.Random(seed)
        self.index, self.anew = folder / "ix", folder / "anew"
        self.docs.mkdir()
        # A root that lost all its files keeps its documents: this one stays.
        self._anchor = self.docs / "anchor.txt"
        self._anchor.write_text("neo")

    def files(self) -> list[Path]:
        files = (path for path in self.docs.rglob("*") if path.is_file())
        return sorted(path for path in files if path != self._anchor)

    def text(self) -> str:
        words = self._random.choices(WORDS, k=self._random.randint(1, 60))
        return " ".join(words) + self._random.choice(["", ".\n\n", "\n", "\0"])

    def name(self) -> str:
        word, number = self._random.choice(["", "Bão", "bien_"]), self._random.randint(0, 9)
        return word + str(number) + self._random.choice([".txt", ".txt", ".jpg"])

    def step(self) -> str:
        some = [self.add, self.add, self.edit, self.rename, self.delete, self.touch]
        some += [self.pack, self.pack, self.backdate, self.folder]
        chosen = self._random.choice([*some, self.crash, self.renew, self.rebuild])
        chosen()
        return chosen.__name__

    def _any(self) -> Path:
        if not self.files():
            self.add()
        return self._random.choice(self.files())

    def add(self) -> None:
        path = self.docs / self.name()
        if not path.is_dir():
            path.write_text(self.text())

    def pack(self) -> None:
        """Write an archive, some of whose files may be as they were."""
        path = self.docs / f"p{self._random.randint(0, 3)}.zip"
        if not path.is_dir():
            files = self._packed()
            if self._random.random() < 0.3:
                files["q.zip"] = formats.packed(self._packed())
            path.write_bytes(formats.packed(files))

    def _packed(self) -> dict[str, str | bytes]:
        names = self._random.sample(range(4), k=self._random.randint(1, 3))
        return {f"{name}.txt": self._random.choice(WORDS) for name in names}

    def edit(self) -> None:
        self._any().write_text(self.text())

    def rename(self) -> None:
        path = self.docs / f"r{self.name()}"
        if not path.is_dir():
            self._any().rename(path)

    def delete(self) -> None:
        self._any().unlink()

    def touch(self) -> None:
        os.utime(self._any())

    def backdate(self) -> None:
        path = self._any()
        path.write_text(self.text())
        os.utime(path, (1_000_000, self._random.randint(1, 1_000_000)))

    def folder(self) -> None:
        path = self._any()
        path.unlink()
        path.mkdir()
        (path / "in.txt").write_text(self.text())

    def renew(self) -> None:
        update(self.index, [str(self.docs)], jobs=1)

    def rebuild(self) -> None:
        update(self.index, [str(self.docs)], rebuild=True, jobs=1)

    def crash(self) -> None:
        stopped_at(self._random.randint(1, 60), KILL, self.renew)

    def answers(self, index: Path) -> list[object]:
        with closing(Searcher(index)) as searcher:
            found = [searcher.search(query, limit=50) for query in QUERIES]
        return [
            (r.total, r.understood, [(h.id, h.score, h.snippet) for h in r.hits]) for r in found
        ]


@pytest.mark.parametrize("seed", [1, 2])
def test_an_updated_index_answers_as_a_new_one(tmp_path: Path, seed: int) -> None:
    shelf, done = Shelf(tmp_path, seed), []
    for number in range(STEPS // 2):
        done.append(shelf.step())
        if number % 3 == 2:
            shelf.renew()
            shutil.rmtree(shelf.anew, ignore_errors=True)
            update(shelf.anew, [str(shelf.docs)], jobs=1)
            assert shelf.answers(shelf.index) == shelf.answers(shelf.anew), done[-6:]
    assert len(set(done)) == 11
