"""Reading progress: reports that count, completion, lights, forecasts, who is silent."""

from mingbai.delivery.queries.lights import (
    Gap,
    Light,
    Silence,
    discrepancies,
    gaps_of,
    lights,
    silence,
)
from mingbai.delivery.queries.outlooks import Outlook, outlooks
from mingbai.delivery.queries.reports import (
    Heads,
    Report,
    latest_period,
    monthly_totals,
    standing_heads,
    standing_reports,
)
from mingbai.delivery.queries.standing import (
    CompletedSubItem,
    MeasureStanding,
    SubItemStanding,
    completed,
    standings,
)

__all__ = [
    "CompletedSubItem",
    "Gap",
    "Heads",
    "Light",
    "MeasureStanding",
    "Outlook",
    "Report",
    "Silence",
    "SubItemStanding",
    "completed",
    "discrepancies",
    "gaps_of",
    "latest_period",
    "lights",
    "monthly_totals",
    "outlooks",
    "silence",
    "standing_heads",
    "standing_reports",
    "standings",
]
