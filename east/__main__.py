"""The command line: `python -m east train FILE --target COLUMN`, `profile`, `report`, `benchmark` and `list`."""

import sys

from east.command_line import main

if __name__ == "__main__":
    sys.exit(main())
