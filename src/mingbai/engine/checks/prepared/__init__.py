"""Tables folded and numbered once, for any rules; see `store`."""

from __future__ import annotations

from mingbai.engine.checks.prepared.making import open_prepared, prepare
from mingbai.engine.checks.prepared.store import FOLD_FROM, NumbersCollide, Prepared

__all__ = ["FOLD_FROM", "NumbersCollide", "Prepared", "open_prepared", "prepare"]
