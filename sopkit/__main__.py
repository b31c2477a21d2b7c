"""`sopkit` and `python -m sopkit`: the fast answer to `--version`, else the command line."""

from __future__ import annotations

import os
import sys
from typing import Never

from sopkit import __version__


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"sopkit {__version__}\n")
        return 0
    from sopkit.cli.app import main as run  # noqa: PLC0415  `--version` must not wait for it

    return run()


def process() -> Never:
    """Run the command line and end the process, without taking apart a large workspace value by value."""
    code = main()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    process()
