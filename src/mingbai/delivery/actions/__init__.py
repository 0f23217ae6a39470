"""Entering what offices reported: progress tables and training rosters."""

from mingbai.delivery.actions.progress import CannotEnterProgress, ProgressEntry, enter_progress
from mingbai.delivery.actions.reading import ProgressDiscrepancy

__all__ = ["CannotEnterProgress", "ProgressDiscrepancy", "ProgressEntry", "enter_progress"]
