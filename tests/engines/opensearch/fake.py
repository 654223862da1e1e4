"""A cluster in memory: as much of OpenSearch's interface as the engine uses, worked out the slow
and obvious way.

A search sees what was there at the last refresh; counts of terms see deleted documents, too, as
Lucene's do until it merges.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from vnsearch.engines.opensearch.transport import Answer
from vnsearch.query.clauses import within_one_edit
from vnsearch.ranking import K1, MAX_SATURATION, B

Json = Any
_GAP = 100  # between the values of a field


class FakeCluster:
    """A `Transport` to a cluster with one node."""

    def __init__(self) -> None:
        self.indexes: dict[str, _Index] = {}
        self.requests: list[str] = []

    def __call__(
        self,
        node: int,  # noqa: ARG002 - there is one
        method: str,
        path: str,
        body: bytes | None,
        seconds: float,  # noqa: ARG002 - it answers at once
    ) -> Answer:
        self.requests.append(f"{method} {path}")
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        status, answer = self._answer(method, url.path.strip("/").split("/"), query, body)
        return Answer(status, json.dumps(answer).encode())

    def _answer(  # noqa: C901, PLR0911, PLR0912 - a table of requests
        self, method: str, parts: list[str], query: dict[str, str], body: bytes | None
    ) -> tuple[int, Json]:
        match method, parts:
            case "GET", [""]:
                return 200, {"version": {"distribution": "opensearch", "number": "2.19.6"}}
            case "HEAD", [name]:
                return (200 if name in self.indexes else 404), {}
            case "PUT", [name]:
                if name in self.indexes:
                    return 400, {"error": {"type": "resource_already_exists_exception"}}
                self.indexes[name] = _Index(name, json.loads(body or b""))
                return 200, {"acknowledged": True}
            case "DELETE", [name]:
                return (200 if self.indexes.pop(name, None) else 404), {}
            case "GET", [pattern, "_mapping" | "_settings"]:
                named = re.compile(pattern.replace("*", ".*"))
                found = {n: i for n, i in self.indexes.items() if named.fullmatch(n)}
                return 200, {n: {"mappings": i.mappings} for n, i in found.items()}
            case "GET", ["_cluster", "health", _]:
                counts = "number_of_data_nodes", "active_primary_shards", "active_shards"
                return 200, {"status": "green", **dict.fromkeys(counts, 1)}
            case "GET", [_, "_stats", "store"]:
                return 200, {"_all": {"total": {"store": {"size_in_bytes": 1}}}}
            case "POST", [names, "_refresh"]:
                for name in names.split(","):
                    self.indexes[name].refresh()
                return 200, _SHARDS
            case "POST", [_, "_search_shards"]:
                return 200, {"shards": [[{"shard": 0}]]}
            case "POST", ["_bulk"]:
                return 200, {"items": list(self._bulk(body or b""))}
            case "POST", ["_msearch"]:
                lines = [json.loads(line) for line in (body or b"").splitlines()]
                pairs = zip(lines[::2], lines[1::2], strict=True)
                return 200, {"responses": [self.indexes[h["index"]].search(b) for h, b in pairs]}
            case "POST", [name, "_termvectors"]:
                return 200, self.indexes[name].vectors(json.loads(body or b"")["doc"])
            case "POST", [name, "_search"]:
                return 200, self.indexes[name].search(json.loads(body or b""))
            case "POST", [name, "_mget"]:
                ids = json.loads(body or b"")["ids"]
                return 200, {"docs": [self.indexes[name].get(i)[1] for i in ids]}
            case (("GET" | "HEAD"), [name, "_doc", key]):
                return self.indexes[name].get(key) if name in self.indexes else (404, {})
            case "PUT", [name, kind, key]:
                create = kind == "_create" or query.get("op_type") == "create"
                return self.indexes[name].put(key, json.loads(body or b""), query, create=create)
        raise AssertionError(f"no such request: {method} {parts}")

    def _bulk(self, body: bytes) -> Iterator[Json]:
        lines = iter(body.splitlines())
        for line in lines:
            ((action, where),) = json.loads(line).items()
            index = self.indexes[where["_index"]]
            if action == "delete":
                there = index.documents.pop(where["_id"], None)
                yield {action: {"status": 200 if there else 404}}
            else:
                create = action == "create"
                status, _ = index.put(where["_id"], json.loads(next(lines)), {}, create=create)
                yield {action: {"status": status}}


_SHARDS = {"_shards": {"total": 1, "successful": 1, "failed": 0}}


class _Index:
    def __init__(self, name: str, body: Json) -> None:
        self.name, self.mappings = name, body["mappings"]
        self.documents: dict[str, tuple[Json, int]] = {}
        self._seen: dict[str, dict[str, list[list[str]]]] = {}
        self._visible: dict[str, Json] = {}
        self._buried: list[dict[str, list[list[str]]]] = []  # deleted, but not merged away
        self._last = 0
        self._kept = self.mappings.get("_source", {}).get("includes")

    def put(self, key: str, body: Json, query: dict[str, str], *, create: bool) -> tuple[int, Json]:
        old = self.documents.get(key)
        wanted = query.get("if_seq_no")
        if (create and old) or (wanted is not None and (not old or old[1] != int(wanted))):
            return 409, {"error": {"type": "version_conflict_engine_exception", "reason": "409"}}
        self._last += 1
        self.documents[key] = (body, self._last)
        return 201, {"result": "created"}

    def get(self, key: str) -> tuple[int, Json]:
        if key not in self.documents:
            return 404, {"_id": key, "found": False}
        body, number = self.documents[key]
        found = {"_id": key, "found": True, "_seq_no": number, "_primary_term": 1}
        return 200, {**found, "_source": self._source(body)}

    def _source(self, body: Json) -> Json:
        return {n: v for n, v in body.items() if self._kept is None or n in self._kept}

    def refresh(self) -> None:
        before = self._visible
        self._visible = {key: body for key, (body, _) in self.documents.items()}
        for key, body in before.items():
            if self._visible.get(key) is not body:
                self._buried.append(self._seen.pop(key))
        for key, body in self._visible.items():
            if key not in self._seen:
                fields = self.mappings.get("properties", {})
                self._seen[key] = {
                    name: _values(body[name], fields[name]["type"])
                    for name in body
                    if name in fields
                }

    def vectors(self, asked: dict[str, str]) -> Json:
        found = {}
        for field, text in asked.items():
            every = [doc[field] for doc in (*self._seen.values(), *self._buried) if field in doc]
            counts = [_counted(values) for values in every]
            terms = {}
            for term in text.split():
                times = [count[term] for count in counts if term in count]
                terms[term] = {"doc_freq": len(times), "ttf": sum(times)} if times else {}
            total = sum(sum(count.values()) for count in counts)
            statistics = {"doc_count": len(every), "sum_ttf": total}
            found[field] = {"terms": terms, "field_statistics": statistics}
        return {"term_vectors": found}

    def search(self, body: Json) -> Json:
        scored = [
            (key, score)
            for key in self._visible
            if (score := self._score(body.get("query", {"match_all": {}}), key)) is not None
        ]
        found: Json = dict(_SHARDS)
        if "aggs" in body:
            found["aggregations"] = {n: self._buckets(a, scored) for n, a in body["aggs"].items()}
        total, most = len(scored), max((score for _, score in scored), default=None)
        sort = [next(iter(one.items())) for one in body.get("sort", ()) if isinstance(one, dict)]
        if sort:
            scored.sort(key=lambda item: self._sort_key(sort, item[0]))
            if "search_after" in body:
                after = tuple(body["search_after"])
                scored = [s for s in scored if self._sort_key(sort, s[0]) > after]
        else:
            scored.sort(key=lambda item: -item[1])
        named = _named(body.get("query", {}))
        hits = []
        for key, score in scored[: body.get("size", 10)]:
            hit = {"_id": key, "_score": score, "_source": self.get_visible(key, body)}
            if sort:
                hit["sort"] = list(self._sort_key(sort, key))
            hit["matched_queries"] = [n for n, q in named if self._score(q, key) is not None]
            hits.append(hit)
        found["hits"] = {"total": {"value": total}, "max_score": most, "hits": hits}
        return found

    def get_visible(self, key: str, body: Json) -> Json:
        if body.get("_source") is False:
            return {}
        wanted = {name.partition(".")[0] for name in body.get("_source", self._visible[key])}
        return {n: v for n, v in self._source(self._visible[key]).items() if n in wanted}

    def _sort_key(self, sort: Json, key: str) -> tuple[Any, ...]:
        body = self._visible[key]
        return tuple(body.get(field, -1 if field == "i" else "") for field, _ in sort)

    def _buckets(self, aggregation: Json, scored: list[tuple[str, float]]) -> Json:
        if "composite" in aggregation:
            composite = aggregation["composite"]
            ((name, how),) = composite["sources"][0].items()
            field = how["terms"]["field"]
            counts = Counter(
                self._visible[k][field] for k, _ in scored if field in self._visible[k]
            )
            after = composite.get("after", {}).get(name, "")
            keys = [key for key in sorted(counts) if key > after][: composite["size"]]
            buckets = [{"key": {name: key}, "doc_count": counts[key]} for key in keys]
            return {"buckets": buckets, **({"after_key": {name: keys[-1]}} if keys else {})}
        field, only = aggregation["terms"]["field"], aggregation["terms"]["include"]
        counts = Counter(self._visible[key].get(field) for key, _ in scored)
        return {"buckets": [{"key": k, "doc_count": n} for k, n in counts.items() if k in only]}

    def _score(  # noqa: C901, PLR0911 - a table of queries
        self, query: Json, key: str
    ) -> float | None:
        """The score of a document, or None when it does not match."""
        ((kind, what),) = query.items()
        if kind == "bool":
            return self._bool(what, key)
        if kind == "constant_score":
            found = self._score(what["filter"], key)
            return None if found is None else float(what["boost"])
        if kind == "function_score":
            found = self._score(what["query"], key)
            return None if found is None or found < what["min_score"] else found
        if kind == "exists":
            return 1.0 if self._seen[key].get(what["field"]) else None
        if kind == "match_all":
            return 1.0
        if kind == "match_none":
            return None
        ((field, value),) = what.items()
        values = self._seen[key].get(field, [])
        words = {word for tokens in values for word in tokens}
        if kind == "term":
            boost = value.get("boost", 1.0) if isinstance(value, dict) else 1.0
            term = str(value["value"] if isinstance(value, dict) else value)
            if term not in words:
                return None
            return boost * self._bm25(field, term, key) if field in {"f", "x", "q"} else boost
        if kind == "intervals":
            return 1.0 if _follow(values, value["all_of"]["intervals"]) else None
        number = self._visible[key].get(field)
        if kind == "range":
            low, high = value.get("gt", -math.inf), value.get("lte", math.inf)
            return 1.0 if number is not None and low < number <= high else None
        fits: dict[str, Callable[[str], bool]] = {
            "terms": lambda word: word in map(str, value),
            "prefix": lambda word: word.startswith(value),
            "fuzzy": lambda word: within_one_edit(value["value"], word),
        }
        return 1.0 if any(fits[kind](word) for word in words) else None

    def _bool(self, what: Json, key: str) -> float | None:
        must = [self._score(one, key) for one in what.get("must", ())]
        if any(self._score(one, key) is None for one in what.get("filter", ())) or None in must:
            return None
        if any(self._score(one, key) is not None for one in what.get("must_not", ())):
            return None
        should = [self._score(one, key) for one in what.get("should", ())]
        optional = "filter" in what or "must" in what
        least = what.get("minimum_should_match", 0 if optional or not should else 1)
        if sum(score is not None for score in should) < least:
            return None
        return sum(score for score in (*must, *should) if score is not None)

    def _bm25(self, field: str, term: str, key: str) -> float:
        every = [doc[field] for doc in (*self._seen.values(), *self._buried) if field in doc]
        df = sum(any(term in tokens for tokens in values) for values in every)
        lengths = [sum(map(len, values)) for values in every]
        own: list[list[str]] = self._seen[key][field]
        tf = sum(tokens.count(term) for tokens in own)
        idf = math.log(1 + (len(every) - df + 0.5) / (df + 0.5))
        average = sum(lengths) / len(lengths)
        damping = K1 * (1 - B + B * sum(map(len, own)) / average)
        return idf * MAX_SATURATION * tf / (tf + damping)


def _values(value: Json, kind: str) -> list[list[str]]:
    values = value if isinstance(value, list) else [value]
    if kind == "text":
        return [str(each).split() for each in values]
    return [[str(each)] for each in values]


def _counted(values: list[list[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for tokens in values:
        for token in tokens:
            word, bar, times = token.partition("|")
            found[word] += int(times) if bar else 1
    return found


def _follow(values: list[list[str]], slots: Json) -> bool:
    wanted = [slot["any_of"]["intervals"] for slot in slots]
    return any(
        all(_stands(tokens[begin + n], ways) for n, ways in enumerate(wanted))
        for tokens in values
        for begin in range(len(tokens) - len(wanted) + 1)
    )


def _stands(token: str, ways: Json) -> bool:
    return any(
        token == way["match"]["query"]
        if "match" in way
        else token.startswith(way["prefix"]["prefix"])
        for way in ways
    )


def _named(query: Json) -> list[tuple[str, Json]]:
    return [
        (one["bool"]["_name"], {"bool": {"filter": one["bool"]["filter"]}})
        for one in query.get("bool", {}).get("should", ())
        if "_name" in one.get("bool", {})
    ]
