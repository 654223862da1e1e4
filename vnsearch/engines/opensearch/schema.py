"""The indexes of a cluster that make one index of ours, and what is in their fields.

    NAME-state          the commit document, the lock, and the catalog
    NAME-<id>           passages, and the documents that have several
    NAME-<id>-counts    how often what occurs, and which words there are

A rebuild makes new ones of the last two. vnsearch makes every token; the cluster cuts at spaces
only. Of a passage, beside what is stored:

    f  folded forms: text, title, title     x  words: the same     q  folded bigrams
    e  pieces of compounds, words           t  title, words
    n  name of the file and its folders, words
    w  of a document with one passage, e and n; of another, all its text, too
       words are both forms, see `tokens.both`
    s  each once, with the field in front (`t` title, `n` name and folders, `o` name, none for
       text, title and pieces) and its kind: `f:` folded, `x:` exact, `k:` folded, if its marks
       are unknown; `c:` folded, in pieces

A document of several passages is found as a whole: one more document of the cluster with the `s`
of all, `t`, `n` and `w`. What is a document of ours to a search is of the kind `unit`, each
passage of the kind `part`.
"""

from typing import Any, Final

from vnsearch.analysis.tokenizer import VERSION as ANALYSIS
from vnsearch.ranking import K1, B

VERSION: Final = "opensearch-2"

# A search may look at so many passages, see `candidates`.
MAX_WINDOW: Final = 1_000_000
# Of one condition; those with more are cut into several.
MAX_TERMS: Final = 50_000
MAX_CLAUSES: Final = 1_000  # the cluster's limit is 1,024

_SPACE: Final = {"type": "custom", "tokenizer": "whitespace"}
_COUNTED: Final = {**_SPACE, "filter": ["delimited_term_freq"]}
_WORDS: Final = {"type": "text", "analyzer": "words"}
_SET: Final = {**_WORDS, "index_options": "docs", "norms": False}
_PLACES: Final = {**_WORDS, "index_options": "positions", "norms": False}
_COUNTS: Final = {"type": "text", "analyzer": "counts", "index_options": "freqs", "norms": False}
_KEYWORD: Final = {"type": "keyword"}
_FLAG: Final = {"type": "keyword", "doc_values": False}
_STORED: Final = {"type": "object", "enabled": False}

PASSAGES: Final = {
    "d": _KEYWORD,  # the document, with run and number
    "i": {"type": "integer", "index": False},  # number of the passage in it
    "np": {"type": "integer", "index": False, "doc_values": False},  # how many it has
    "kind": _FLAG,  # unit, part
    "born": {"type": "long"},  # the run that wrote it
    "src": _KEYWORD,  # name of the file, a character a byte
    "key": _KEYWORD,
    "h": _KEYWORD,  # hash of the text
    "s": _SET,
    "f": {**_WORDS, "index_options": "freqs"},
    "x": {**_WORDS, "index_options": "positions"},
    "q": {**_WORDS, "index_options": "freqs"},
    "e": _PLACES,
    "t": _PLACES,
    "n": _PLACES,
    "w": _PLACES,
    "stored": _STORED,  # see `documents.stored`
}
_STORED_FIELDS: Final = ["d", "i", "np", "born", "src", "key", "h", "stored"]

COUNTS: Final = {
    "plus": _COUNTS,
    "minus": _COUNTS,
    "run": {"type": "long"},
    "name": _KEYWORD,  # its id
    "undoes": _KEYWORD,  # the document whose counts it takes back
    "wf": {"type": "keyword"},  # a folded form
    "wx": {"type": "keyword"},  # an exact form of it
}


def passages_index(shards: int, replicas: int | None) -> dict[str, Any]:
    """What creates an index of passages."""
    source = {"includes": _STORED_FIELDS}
    index = _index(shards, replicas, PASSAGES, source)
    index["settings"]["max_result_window"] = MAX_WINDOW
    index["settings"]["index.codec"] = "best_compression"
    index["settings"]["similarity"] = {"default": {"type": "BM25", "k1": K1, "b": B}}
    return index


def counts_index(replicas: int | None) -> dict[str, Any]:
    """What creates an index of counts."""
    index = _index(1, replicas, COUNTS, {})
    index["settings"]["index.codec"] = "best_compression"
    return index


def state_index(replicas: int | None) -> dict[str, Any]:
    """What creates the index of the commit document."""
    index = _index(1, replicas, {}, {})
    index["mappings"] = {"dynamic": False}  # nothing is searched
    return index


def _index(shards: int, replicas: int | None, fields: Any, source: Any) -> dict[str, Any]:
    copies: dict[str, Any] = {"number_of_replicas": replicas}
    if replicas is None:
        copies = {"auto_expand_replicas": "0-1"}
    return {
        "settings": {
            "number_of_shards": shards,
            **copies,
            "refresh_interval": "-1",
            "max_terms_count": MAX_TERMS,
            "unassigned.node_left.delayed_timeout": "10s",
            "analysis": {"analyzer": {"words": _SPACE, "counts": _COUNTED}},
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"engine": VERSION, "analysis": ANALYSIS},
            "_source": source,
            "properties": fields,
        },
    }
