"""Judge a recognised sheet: every cell, every row, the sheet as a whole; no row is dropped.

Nothing here reads the database or the clock: a raw sheet, what was recognised and the book go in; a
canonical table with each row's verdict, and all verdicts with their codes, come out.
"""

from __future__ import annotations

from mingbai.intake.judge.sheet import Counts, Judgement, judge_sheet

__all__ = ["Counts", "Judgement", "judge_sheet"]
