"""``python -m mingbai COMMAND``: the one entry for all commands."""

from __future__ import annotations

import sys

from mingbai.site.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
