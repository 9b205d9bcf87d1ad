"""The command line: `python -m east` with `train`, `profile`, `report`, `benchmark` or `list`."""

import sys

from east.command_line import main

if __name__ == "__main__":
    sys.exit(main())
