"""Lines for the log: what went wrong and where, never the row that a database refused."""

from __future__ import annotations

import logging
import re
from types import TracebackType
from typing import Final

# PostgreSQL quotes the refused row after these words, over as many lines as its values have; they
# close an exception's text, so all goes up to the next exception of the chain.
_QUOTED: Final = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=^\n(?:The above exception|During handling)|\Z)", re.M | re.S
)


class WithoutRows(logging.Formatter):
    """Formats a traceback without the parts in which PostgreSQL quotes the values of a row."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """The traceback, less the server's quotations."""
        return _QUOTED.sub("", super().formatException(ei)).rstrip("\n")
