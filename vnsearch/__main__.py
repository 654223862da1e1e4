"""The `vnsearch` command, also as `python -m vnsearch`."""

import gc
import os
import sys
from contextlib import suppress
from typing import Final, NoReturn

# New objects before Python looks for cycles among them, of which a command makes few: with the
# usual 700 that takes up to 6% of its time.
_UNCOLLECTED: Final = 500_000


def main() -> NoReturn:
    """Run the command; Ctrl-C ends it quietly, also while modules are being imported."""
    code: object = 130
    gc.set_threshold(_UNCOLLECTED)
    try:
        from vnsearch.cli.quick import search_options

        options = search_options(sys.argv[1:])
        if options is not None:
            from vnsearch.cli import search

            search.main(**options)
        from vnsearch.cli import commands

        commands.main()
    except SystemExit as done:
        code = done.code
    except KeyboardInterrupt:
        pass
    except Exception as error:  # a module that cannot be imported
        code = 2
        with suppress(Exception):
            sys.stderr.write(f"vnsearch: {type(error).__name__}: {error}\n")
    # All is written and closed. To take its modules apart would take Python 10 ms.
    with suppress(Exception):
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
