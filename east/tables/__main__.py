"""The helper process of `read_table_guarded`."""

import sys

from east.tables.guard import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
