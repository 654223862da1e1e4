"""What a cluster says when it refuses something -> an error with advice, and whether it passes by
itself: a node that dies takes its parts of an index and perhaps the manager with it, and copies
take their place within seconds."""

from collections.abc import Iterator
from typing import Any, Final

from vnsearch.engines.opensearch.address import how_to_log_in
from vnsearch.errors import VnsearchError
from vnsearch.language import _

# Kinds of errors of OpenSearch that pass by themselves: its exceptions, as its answers name them.
_PART_IS_GONE: Final = frozenset(
    (
        # a node is gone, or hangs
        "action_transport_exception closed_channel_exception connect_exception"
        " connect_transport_exception failed_node_exception http_read_timeout_exception"
        " no_node_available_exception no_such_node_exception node_closed_exception"
        " node_disconnected_exception node_health_check_failure_exception"
        " node_not_connected_exception node_should_not_connect_exception"
        " node_weighed_away_exception receive_timeout_transport_exception"
        " send_request_transport_exception transport_exception"
        # a part is nowhere now, is on the way, or is elsewhere
        " already_closed_exception append_only_index_operation_retry_exception"
        " delay_recovery_exception engine_creation_failure_exception"
        " flush_failed_engine_exception illegal_index_shard_state_exception"
        " illegal_shard_routing_state_exception index_primary_shard_not_allocated_exception"
        " index_shard_closed_exception index_shard_not_recovering_exception"
        " index_shard_not_started_exception index_shard_recovering_exception"
        " index_shard_recovery_exception index_shard_relocated_exception"
        " index_shard_started_exception no_longer_primary_shard_exception"
        " no_shard_available_action_exception primary_missing_action_exception"
        " primary_shard_closed_exception recovery_engine_exception recovery_failed_exception"
        " refresh_failed_engine_exception replication_failed_exception"
        " retry_on_primary_exception retry_on_replica_exception"
        " search_context_missing_exception shard_lock_obtain_failed_exception"
        " shard_not_found_exception shard_not_in_primary_mode_exception"
        " unavailable_shards_exception"
    ).split()
)
_NO_MANAGER: Final = frozenset(
    (
        "cluster_manager_not_discovered_exception cluster_manager_throttling_exception"
        " coordination_state_rejected_exception failed_to_commit_cluster_state_exception"
        " incompatible_cluster_state_version_exception master_not_discovered_exception"
        " not_cluster_manager_exception not_master_exception"
        " process_cluster_event_timeout_exception"
    ).split()
)
_BUSY: Final = frozenset(
    (
        "circuit_breaking_exception execution_cancelled_exception rejected_execution_exception"
        " task_cancelled_exception timeout_exception"
    ).split()
)
TRANSIENT: Final = _PART_IS_GONE | _NO_MANAGER | _BUSY

_BLOCKS: Final = frozenset(("cluster_block_exception", "index_create_block_exception"))
# A block that ends when the cluster has a manager and knows its state.
_PASSING_BLOCK: Final = "SERVICE_UNAVAILABLE"
_NO_INDEX: Final = "index_not_found_exception"
_TOO_MANY: Final = 429
_NOT_NOW: Final = {502, 503, 504}

Json = Any


class ClusterError(VnsearchError):
    """The cluster does not answer, is not whole, or does not let one in."""


class TransientError(ClusterError):
    """Something that perhaps passes by itself: the same request may be answered soon."""


class ChangedError(ClusterError):
    """The index was changed while it was read."""

    def __init__(self) -> None:
        super().__init__(_("the index was changed during the search"), _("search again"))


class GoneError(ChangedError):
    """The index that was read is not there any more: another one took its place."""


def refused(status: int, said: Json) -> ClusterError:
    """The error for what a cluster does not do, by the HTTP status and all that it `said`."""
    causes = dict(_causes(said))  # the last one of a kind is the innermost
    why = _why(said)
    if status == 401:
        return ClusterError(_("the cluster does not know this user and password"), how_to_log_in())
    blocks = [causes[kind] for kind in _BLOCKS & causes.keys()]
    if any(_PASSING_BLOCK in reason for reason in blocks):
        return _no_manager()
    if blocks:
        how = _("give its disks room, then lift the block: index.blocks.read_only_allow_delete")
        return ClusterError(_("the index may not be written: {why}").format(why=why), how)
    if status == 403:
        how = _("ask its administrator for the rights that docs/opensearch.md names")
        said_so = _("this user may not do that in the cluster: {why}").format(why=why)
        return ClusterError(said_so, how)
    if _kind(said) == _NO_INDEX:
        return GoneError()
    return _passing(status, causes.keys()) or ClusterError(
        _("the cluster refuses a request: {why}").format(why=why or f"HTTP {status}"),
        _("see the log of the node, and docs/opensearch.md"),
    )


def in_part() -> TransientError:
    """The error for a part of the index that is not there."""
    return TransientError(
        _("a part of the index is not there: too many nodes of the cluster are down"),
        _("start them, and search again when the cluster is yellow or green"),
    )


def _passing(status: int, kinds: Any) -> TransientError | None:
    # A node that has just come back may not know an index of which it is to have a part.
    if kinds & _PART_IS_GONE or _NO_INDEX in kinds:
        return in_part()
    if kinds & _NO_MANAGER:
        return _no_manager()
    if status == _TOO_MANY or kinds & _BUSY:
        return TransientError(
            _("the cluster has too much to do"),
            _("try again later; to index, with fewer processes: --jobs 1"),
        )
    return in_part() if status in _NOT_NOW else None


def _no_manager() -> TransientError:
    return TransientError(
        _("the cluster has no manager: too many of its nodes are down"),
        _("start them, and try again"),
    )


def _causes(said: Json) -> Iterator[tuple[str, str]]:
    """Yield kind and reason of all errors in an answer, however deep: root causes, causes,
    suppressed ones, and those of single parts of an index."""
    if isinstance(said, list):
        for each in said:
            yield from _causes(each)
    elif isinstance(said, dict):
        if isinstance(kind := said.get("type"), str):
            yield kind, str(said.get("reason") or "")
        for each in said.values():
            yield from _causes(each)


def _kind(said: Json) -> str:
    """The kind of the error itself, whatever caused it."""
    error = said.get("error") if isinstance(said, dict) else None
    return str(error.get("type") or "") if isinstance(error, dict) else ""


def _why(said: Json) -> str:
    """What to tell of an error: the reason of its root cause."""
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict):
        return str(error or "")
    causes = [*(error.get("root_cause") or ()), error]
    reasons = [str(cause["reason"]) for cause in causes if cause.get("reason")]
    return next(iter(reasons), "") or _kind(said)
