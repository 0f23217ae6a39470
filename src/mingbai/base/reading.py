"""What one page asks for twice is read once: answers are kept while one GET is answered.

A page is put together from many queries, and several want the same records. Inside ``reading()``
the answers of queries marked ``@read_once`` are kept by name and arguments. Whatever is written
meanwhile makes it forget all of them, and nothing outlives the request, so no page can show what
stood before. Elsewhere (actions, jobs, the command line) the mark does nothing, unless a query of
many parts opens ``reading()`` for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from django.db import connection

from mingbai.base.scope import Asker

P = ParamSpec("P")
R = TypeVar("R")

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)

#: How statements begin that change nothing.
_READS = ("SELECT", "EXPLAIN")


@contextmanager
def reading() -> Iterator[None]:
    """While this is open what was read stays known, until something is written.

    A page opens it for all it shows, a query of many parts for its own; inside another one it does
    nothing.
    """
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        with connection.execute_wrapper(_forget_when_written):
            yield
    finally:
        _kept.reset(token)


def read_once(query: Callable[P, R]) -> Callable[P, R]:
    """Mark a query whose answer depends on its arguments and the rows its asker may see alone.

    What it returns is shared: nobody may change it. A query that asks for permissions, or for the
    person, must not be marked.
    """
    asked = signature(query)

    @wraps(query)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return query(*args, **kwargs)
        given = asked.bind(*args, **kwargs)
        given.apply_defaults()
        key = (query, *(_key(each) for each in given.arguments.values()))
        if key in kept:
            found: R = kept[key]
            return found
        found = query(*args, **kwargs)
        kept[key] = found
        return found

    return answer


def _key(value: Any) -> Hashable:
    """The value itself; of an asker only whose rows it sees."""
    if isinstance(value, Asker):
        return value.rows
    return value  # type: ignore[no-any-return]


def _forget_when_written(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    kept = _kept.get()
    if kept and not sql.lstrip()[:7].upper().startswith(_READS):
        kept.clear()
    return execute(sql, params, many, context)
