"""The `vnsearch` command, also as `python -m vnsearch`."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command; Ctrl-C ends it quietly, also while modules are being imported."""
    try:
        from vnsearch import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
