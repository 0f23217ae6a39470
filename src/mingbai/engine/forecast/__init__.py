"""Expected finish and the chance of missing the date, from own reports and from like items."""

from mingbai.engine.forecast.gaps import gaps_of
from mingbai.engine.forecast.outlook import Experience, find_slips, forecast, learn
from mingbai.engine.forecast.pooling import Prior
from mingbai.engine.forecast.shapes import (
    CannotForecast,
    Course,
    Forecast,
    Slip,
    date_at,
    months_at,
)

__all__ = [
    "CannotForecast", "Course", "Experience", "Forecast", "Prior", "Slip", "date_at",
    "find_slips", "forecast", "gaps_of", "learn", "months_at",
]  # fmt: skip
