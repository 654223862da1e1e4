"""What a query asks of an index, see `query.lexicon`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product, starmap

from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.engines.opensearch import counts
from vnsearch.engines.opensearch.client import Client, pages
from vnsearch.engines.opensearch.lookups import Lookups
from vnsearch.engines.opensearch.matching import PART, all_of
from vnsearch.engines.opensearch.state import State
from vnsearch.engines.opensearch.tokens import bigram, both, term
from vnsearch.query.lexicon import Statistics

_PAGE = 5_000
_FORESEEN = 100  # words


class ClusterLexicon:
    """The `query.lexicon.Lexicon` of this engine."""

    def __init__(self, client: Client, state: State, lookups: Lookups) -> None:
        self._client, self._state, self._lookups = client, state, lookups

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        """See `query.lexicon.Lexicon`."""
        words, bigrams = list(words), list(bigrams)

        def compute() -> Statistics:
            passages = self._lookups.count(counts.PASSAGES)
            every = {*words, *(word for both in bigrams for word in both)}
            forms = {word: self._lookups.forms(word) for word in every}
            self._lookups.ready()
            self._foresee(forms, bigrams)
            return Statistics(
                passages,
                {word: self._variants(word, forms[word]) for word in words},
                {(a, b): self._bigrams(forms[a], forms[b]) for a, b in bigrams},
            )

        return self._lookups.settled(compute)

    def _foresee(
        self, forms: Mapping[str, Sequence[str]], bigrams: Sequence[tuple[str, str]]
    ) -> None:
        """Ask already for what a search for some words is going to ask."""
        lookups = self._lookups
        for name in (counts.LENGTH, counts.NAMES):
            lookups.count(name)
        if len(forms) > _FORESEEN:  # so many are tries only
            return
        for word, variants in forms.items():
            if not variants:
                continue  # it is nowhere
            every = {*variants, with_unknown_marks(word)}
            names = [f"f:{term(word)}", *(f"{kind}:{term(v)}" for v in every for kind in "xk")]
            for name in names:
                lookups.count(name)
                lookups.count(f"n{name}")
            lookups.df("f", term(word))
            for variant in every:
                lookups.df("x", both(word, variant))
        there = [(a, b) for a, b in bigrams if forms[a] and forms[b]]
        for pair in starmap(bigram, there):
            for kind in ("q", "b", "nq"):
                lookups.count(f"{kind}:{pair}")
            lookups.df("q", pair)

    def _variants(self, folded: str, forms: Sequence[str]) -> dict[str, int]:
        count = self._lookups.count
        found = {}
        for form in forms:
            name = term(form)
            named = count(f"nx:{name}")
            if form == folded:  # as which unknown marks count, too
                named -= count(f"nk:{name}")
            found[form] = count(f"x:{name}") + named
        return {form: df for form, df in found.items() if df > 0}

    def _bigrams(self, ones: Sequence[str], others: Sequence[str]) -> dict[tuple[str, str], int]:
        """The bigrams of exact forms, each with its df; if no text has any, those of names."""
        count = self._lookups.count
        for field in ("", "n"):
            found = {
                pair: df
                for pair in product(ones, others)
                if (df := count(f"{field}p:{bigram(*pair)}")) > 0
            }
            if found:
                return found
        return {}

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        """See `query.lexicon.Lexicon`."""
        beginnings = [{"prefix": {"wf": term(prefix)}} for prefix in prefixes]
        if not beginnings:
            return []
        words = {"composite": {"size": _PAGE, "sources": [{"w": {"terms": {"field": "wf"}}}]}}
        body = {"size": 0, "query": {"bool": {"should": beginnings}}, "aggs": {"words": words}}
        found = pages(self._client, self._path(self._state.counts), body, "words")
        return sorted(bucket["key"]["w"] for bucket in found)

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        """See `query.lexicon.Lexicon`."""
        every = list(groups)
        header = {"index": self._state.passages, "preference": self._lookups.preference}
        answers = self._client.searches(
            [
                (
                    header,
                    {
                        "size": 0,
                        "track_total_hits": 1,
                        "terminate_after": 1,
                        "query": all_of([self._state.visible(), PART, *map(_has, group)]),
                    },
                )
                for group in every
            ]
        )
        return [answer["hits"]["total"]["value"] > 0 for answer in answers]

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        """See `query.lexicon.Lexicon`."""
        body = {
            "size": count,
            "track_total_hits": False,
            "query": all_of([self._state.visible(), PART, _has(word)]),
            "sort": [{"h": "asc"}, {"i": "asc"}],
            "_source": ["stored.text"],
        }
        hits = self._client.search(self._path(self._state.passages), body)["hits"]["hits"]
        return [hit["_source"]["stored"]["text"] for hit in hits]

    def _path(self, index: str) -> str:
        """Of searches in an index, all in the same copies."""
        return f"/{index}/_search?preference={self._lookups.preference}"


def _has(word: str) -> dict[str, dict[str, str]]:
    return {"term": {"s": f"f:{term(word)}"}}
