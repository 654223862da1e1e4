"""A session with the official client of the protocol, a package of its own."""

import asyncio
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import vnsearch
from tests.conftest import REPOSITORY, write_files

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mcp = pytest.importorskip("mcp", reason="needs the package mcp, which is not installed")
    stdio = pytest.importorskip("mcp.client.stdio")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not hasattr(mcp, "Client"), reason="needs mcp 2 or newer"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {"docs/a.txt": "Đảng bộ Bộ Ngoại giao họp", "docs/b.txt": "đồng cỏ"}
    write_files(tmp_path, texts)
    with vnsearch.open(tmp_path, create=True) as index:
        index.update([tmp_path / "docs"])
    return tmp_path


def client(folder: Path, mode: str) -> Any:
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "vnsearch", "mcp", "--index", str(folder / ".vnsearch")],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    return mcp.Client(stdio.stdio_client(server), mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
def test_a_session(folder: Path, mode: str) -> None:
    async def session() -> None:
        async with client(folder, mode) as agent:
            listed = (await agent.list_tools()).tools
            assert [tool.name for tool in listed] == ["search", "read", "status"]
            assert all(tool.description and tool.annotations.read_only_hint for tool in listed)
            found = await agent.call_tool("search", {"query": "dang bo"})
            assert not found.is_error
            assert "docs/a.txt#~1 (line 1)\nĐảng bộ Bộ Ngoại giao họp" in found.content[0].text
            read = await agent.call_tool("read", {"id": "docs/a.txt#~1", "max_chars": 500})
            assert read.content[0].text.endswith("Đảng bộ Bộ Ngoại giao họp")
            status = await agent.call_tool("status", {})
            assert "2 documents in 2 files" in status.content[0].text
            wrong = await agent.call_tool("read", {"id": "/etc/passwd"})
            assert wrong.is_error
            assert "nothing in the index" in wrong.content[0].text
            with pytest.raises(mcp.MCPError, match="no tool"):
                await agent.call_tool("delete", {})

    asyncio.run(session())
