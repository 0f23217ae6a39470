"""Progress and training as reported: one record a line, followed, never changed."""

from mingbai.delivery.models.progress import EnteredSheet, ProgressReport
from mingbai.delivery.models.training import TrainingHead

__all__ = ["EnteredSheet", "ProgressReport", "TrainingHead"]
