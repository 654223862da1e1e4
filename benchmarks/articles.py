"""Write articles as long as those of a newspaper, where there is no such collection.

    python benchmarks/articles.py COUNT OUT.jsonl [--passages FILE.jsonl[.xz]]

An article has 3 KB of UTF-8: sentences from a dozen passages that stand side by side in a file of
passages (a title and a text a line), else in the project's own corpus. One word in ten is
exchanged for one from elsewhere, so that articles with the same sentences have different
words and bigrams. The title is the beginning of the first sentence. The same arguments give the
same file.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from workload import read

_CORPUS: Final = Path(__file__).resolve().parent.parent / "corpus"
_SIZE: Final = 3_000  # bytes of an article, at least
_NEIGHBOURS: Final = 12  # passages whose sentences make an article
_EXCHANGED: Final = 10  # one word in so many
_TITLE_WORDS: Final = (6, 12)
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?…](?=\s)|$)", re.M)


def main() -> None:
    """Write the articles."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--passages", type=Path, help="a title and a text a line, in JSON")
    args = parser.parse_args()
    with open(args.out, "w", encoding="utf-8") as out:
        for number, (title, text) in enumerate(articles(args.count, passages(args.passages))):
            row = {"id": str(number), "title": title, "text": text}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def passages(file: Path | None) -> list[str]:
    """The texts that articles are made of: those of a file, else of the project's corpus."""
    if file is not None:
        return [document.text for document in read(file, None)]
    files = sorted(_CORPUS.rglob("*.txt")) + sorted(_CORPUS.rglob("*.md"))
    return [part for file in files for part in file.read_text("utf-8").split("\n\n") if part]


def articles(count: int, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Titles and texts of `count` articles made of some texts."""
    chance = random.Random(1)
    words = [word for text in chance.choices(texts, k=50_000) for word in text.split()[3:6]]
    sentences = [_SENTENCE.findall(text) for text in texts]
    for _ in range(count):
        at = chance.randrange(len(texts))
        near = [s for part in sentences[at : at + _NEIGHBOURS] for s in part]
        chance.shuffle(near)
        yield _article(chance, near, words)


def _article(
    chance: random.Random, sentences: Sequence[str], words: Sequence[str]
) -> tuple[str, str]:
    size, chosen = 0, list[str]()
    for sentence in sentences:
        exchanged = sentence.split()
        for place in range(chance.randrange(_EXCHANGED), len(exchanged), _EXCHANGED):
            exchanged[place] = chance.choice(words)
        chosen.append(" ".join(exchanged))
        size += len(chosen[-1].encode())
        if size >= _SIZE:
            break
    title = " ".join(chosen[0].split()[: chance.randint(*_TITLE_WORDS)]) if chosen else ""
    return title, "\n".join(chosen)


if __name__ == "__main__":
    main()
