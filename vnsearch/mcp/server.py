"""The protocol: JSON-RPC 2.0, a message a line on stdin and stdout.

Of https://modelcontextprotocol.io it has what a server of tools needs, in all its versions: those
that begin with a handshake (`initialize`), and those in which each request names its version.
"""

import json
from collections.abc import Iterable
from typing import IO, Any, Final

from vnsearch import __version__
from vnsearch.mcp.tools import Tools
from vnsearch.render import streams

Message = dict[str, Any]

# Newest last.
WITH_HANDSHAKE: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
WITHOUT_HANDSHAKE: Final = ("2026-07-28",)

_VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"

# Error codes of JSON-RPC, and the last of the protocol.
_PARSE_ERROR: Final = -32700
_INVALID_REQUEST: Final = -32600
_METHOD_NOT_FOUND: Final = -32601
_INVALID_PARAMS: Final = -32602
_UNSUPPORTED_VERSION: Final = -32022

_SERVER: Final = {"name": "vnsearch", "version": __version__}
_CAPABILITIES: Final[Message] = {"tools": {}}
# Of what a client may keep; what it gets may change with the next version of the command.
_NOT_KEPT: Final[Message] = {"ttlMs": 0, "cacheScope": "private"}


class _ProtocolError(Exception):
    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data


def serve(tools: Tools, lines: Iterable[bytes], output: IO[bytes]) -> None:
    """Answer each line of input that asks for an answer, until it ends."""
    for line in lines:
        if line.strip() and (answer := _answer_line(tools, line)) is not None:
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
            # A lone surrogate, which a client may send, becomes its JSON escape.
            output.write(text.encode("utf-8", "backslashreplace") + b"\n")
            output.flush()


def _answer_line(tools: Tools, line: bytes) -> Message | list[Message] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _failure(None, _ProtocolError(_PARSE_ERROR, f"no JSON: {error}"))
    if isinstance(message, list) and message:  # only version 2025-03-26 has several in one
        answers = (_answer(tools, item) for item in message)
        return [answer for answer in answers if answer is not None] or None
    return _answer(tools, message)


def _answer(tools: Tools, message: Any) -> Message | None:
    """The answer to a request; None to a notification, or to what needs none."""
    if not isinstance(message, dict):
        return _failure(None, _ProtocolError(_INVALID_REQUEST, "a message is an object"))
    number, method = message.get("id"), message.get("method")
    if method is None and ("result" in message or "error" in message):
        return None
    if not isinstance(method, str) or isinstance(number, bool | float | list | dict):
        return _failure(None, _ProtocolError(_INVALID_REQUEST, "no request"))
    if number is None:
        return None
    try:
        params = message.get("params", {})
        if not isinstance(params, dict):
            raise _ProtocolError(_INVALID_PARAMS, "params are an object")
        result = _result(tools, method, params)
    except _ProtocolError as error:
        return _failure(number, error)
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _failure(number: object, error: _ProtocolError) -> Message:
    told: Message = {"code": error.code, "message": str(error)}
    if error.data is not None:
        told["data"] = error.data
    return {"jsonrpc": "2.0", "id": number, "error": told}


def _result(tools: Tools, method: str, params: Message) -> Message:
    meta = params.get("_meta")
    version = meta.get(_VERSION_KEY) if isinstance(meta, dict) else None
    if version is None:
        return _result_of(tools, method, params)
    if version not in WITHOUT_HANDSHAKE:
        known = {"supported": [*WITHOUT_HANDSHAKE], "requested": version}
        raise _ProtocolError(_UNSUPPORTED_VERSION, "unknown version of the protocol", known)
    result = {**_result_of(tools, method, params), "resultType": "complete"}
    return result if method == "tools/call" else {**result, **_NOT_KEPT}


def _result_of(tools: Tools, method: str, params: Message) -> Message:
    match method:
        case "initialize":
            asked = params.get("protocolVersion")
            version = asked if asked in WITH_HANDSHAKE else WITH_HANDSHAKE[-1]
            return {**_about(tools), "protocolVersion": version, "serverInfo": _SERVER}
        case "server/discover":
            return {**_about(tools), "supportedVersions": [*WITHOUT_HANDSHAKE]}
        case "ping":
            return {}
        case "tools/list":
            return {"tools": tools.described()}
        case "tools/call":
            return _call(tools, params.get("name"), params.get("arguments"))
    raise _ProtocolError(_METHOD_NOT_FOUND, f"no method {method}")


def _about(tools: Tools) -> Message:
    return {"capabilities": _CAPABILITIES, "instructions": tools.instructions}


def _call(tools: Tools, name: object, arguments: object) -> Message:
    if name not in tools.names:
        raise _ProtocolError(_INVALID_PARAMS, f"no tool {name}")
    text, failed = tools.call(str(name), {} if arguments is None else arguments)
    streams.note("call", tool=name, arguments=arguments, failed=failed)
    result: Message = {"content": [{"type": "text", "text": text}]}
    return {**result, "isError": True} if failed else result
