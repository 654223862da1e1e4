"""Processes that read files for this one: their limits, their ends, what they answer.

The names below are there on each system, from `posix_processes` or from `windows_processes`.
"""

import sys

if sys.platform == "win32":
    from vnsearch.platform.windows_processes import *  # noqa: F403
else:
    from vnsearch.platform.posix_processes import *  # noqa: F403
