"""`sopkit` and `python -m sopkit`: the fast answer to `--version`, else the command line."""

from __future__ import annotations

import sys

from sopkit import __version__


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"sopkit {__version__}\n")
        return 0
    from sopkit.cli.app import main as run  # noqa: PLC0415  `--version` must not wait for it

    return run()


if __name__ == "__main__":
    sys.exit(main())
