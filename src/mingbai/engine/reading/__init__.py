"""Reads workbooks of any kind an office may send, in a guarded child process that may die alone."""

from __future__ import annotations

from mingbai.engine.reading.faults import Fault
from mingbai.engine.reading.reader import Reader, read_workbook
from mingbai.engine.reading.shapes import KINDS, RawSheet, ReadLimits, Workbook

__all__ = ["KINDS", "Fault", "RawSheet", "ReadLimits", "Reader", "Workbook", "read_workbook"]
