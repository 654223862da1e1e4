"""Where an index is in a cluster: nodes and name, and what lets one in.

    https://node1:9200,node2:9200/name

User and password, or a token, come from the environment or from ~/.netrc. They are never part of
the address, never kept and never shown.
"""

import os
import re
from typing import Final, NamedTuple

from vnsearch.errors import VnsearchError
from vnsearch.language import _

# The environment: user, password, or a token in their stead; a file of certificates.
USER: Final = "VNSEARCH_CLUSTER_USER"
PASSWORD: Final = "VNSEARCH_CLUSTER_PASSWORD"
TOKEN: Final = "VNSEARCH_CLUSTER_TOKEN"
CA_FILE: Final = "VNSEARCH_CLUSTER_CA"

_PORT: Final = 9200
_ADDRESS: Final = re.compile(r"(https?)://([^/@?#]+)/([^/?#]+)/?")
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


class Address(NamedTuple):
    """The nodes of a cluster and the name of an index in it."""

    secure: bool
    nodes: tuple[tuple[str, int], ...]  # host and port
    name: str

    def __str__(self) -> str:
        nodes = ",".join(f"[{h}]:{p}" if ":" in h else f"{h}:{p}" for h, p in self.nodes)
        return f"http{'s' * self.secure}://{nodes}/{self.name}"


def parse(text: str) -> Address:
    """Read an address; raises VnsearchError, which never repeats a password."""
    if "@" in text:
        raise VnsearchError(
            _("the address of a cluster may have no user and no password"), how_to_log_in()
        )
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise _no_address(text)
    scheme, hosts, name = found.groups()
    if not _NAME.fullmatch(name):
        why = _("no name for an index in a cluster: {name}").format(name=name)
        raise VnsearchError(why, _("use small letters, digits, - and _"))
    nodes = [_HOST.fullmatch(host) for host in hosts.split(",")]
    if None in nodes:
        raise _no_address(text)
    pairs = ((node[1].strip("[]"), int(node[2] or _PORT)) for node in nodes if node)
    return Address(scheme == "https", tuple(pairs), name)


def how_to_log_in() -> str:
    """What to do when a cluster does not let one in."""
    return _("set {user} and {password}, or write them into ~/.netrc").format(
        user=USER, password=PASSWORD
    )


def _no_address(text: str) -> VnsearchError:
    return VnsearchError(
        _("not the address of an index in a cluster: {text}").format(text=text),
        _("write it as https://host:9200/name, more nodes with commas between them"),
    )


def authorization(address: Address) -> str:
    """The value of the header that lets one in; "" when there is nothing to say."""
    if token := os.environ.get(TOKEN):
        return f"Bearer {token}"
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    if user is None or password is None:
        user, password = _from_netrc(address) or (None, None)
    if user is None or password is None:
        return ""
    from base64 import b64encode

    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}"


def _from_netrc(address: Address) -> tuple[str, str] | None:
    from netrc import NetrcParseError, netrc

    path = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")
    try:
        known = netrc(path)
    except (OSError, NetrcParseError):
        return None
    for host, _port in address.nodes:
        if found := known.authenticators(host):
            return found[0], found[2] or ""
    return None
