"""A step of the build: manual pages and completions go into the wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualHook(BuildHookInterface):  # type: ignore[misc,type-arg,unused-ignore]
    """Adds what `manual` makes to the shared data of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See `BuildHookInterface`; an editable install gets nothing."""
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        from distribution.manual import files

        for name, text in files().items():
            path = Path(self.directory, "share", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            build_data["shared_data"][str(path)] = f"share/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what is in the wheel now."""
        from shutil import rmtree

        rmtree(Path(self.directory, "share"), ignore_errors=True)
