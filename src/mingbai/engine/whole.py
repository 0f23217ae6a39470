"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

#: Results hold keys and lines of real people: nobody but their owner reads them unasked.
OWNER_ONLY: Final = 0o600


@contextlib.contextmanager
def write_whole(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a file that takes its name only once it is complete and on disk, for its owner only.

    Whatever goes wrong in between leaves nothing behind and an earlier file as it was. Without
    `replace` an existing file raises FileExistsError before anything is written.
    """
    if not replace:  # an empty file holds the name, so that nobody else takes it meanwhile
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    draft: str | None = None
    done = False
    try:
        # A name of its own each time: two writers, or what a kill left, are in nobody's way.
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
        with os.fdopen(handle, "wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(draft, path)
        done = True
    finally:
        if not done:
            for left in (draft, None if replace else path):
                if left is not None:
                    Path(left).unlink(missing_ok=True)
