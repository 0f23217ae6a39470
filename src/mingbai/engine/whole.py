"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
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
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    done = False
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(draft, path)
        done = True
    finally:
        if not done:
            for left in [draft] if replace else [draft, path]:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(left)
