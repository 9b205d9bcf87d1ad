"""The command line: `python -m east` does in a checkout what the command `east` does where it is installed."""

import sys

from east.command_line import main

if __name__ == "__main__":
    sys.exit(main())
