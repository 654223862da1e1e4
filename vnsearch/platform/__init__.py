"""What differs between Linux, macOS and Windows. All other rooms know no system.

The names below are there on each, from `posix` or from `windows`; what only indexing needs is in
`processes`.
"""

import sys

if sys.platform == "win32":
    from vnsearch.platform.windows import *  # noqa: F403
else:
    from vnsearch.platform.posix import *  # noqa: F403
