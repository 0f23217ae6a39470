"""Writing the fund ledger: entries, reversals, the year's budget, an office's monthly table."""

from mingbai.funds.actions.entries import (
    CannotEnterFunds,
    CannotReverseEntries,
    NewEntry,
    enter_entries,
    reverse_entries,
    vote_budget,
)
from mingbai.funds.actions.sheets import (
    FundDiscrepancy,
    FundSheetResult,
    enter_fund_sheet,
)

__all__ = [
    "CannotEnterFunds",
    "CannotReverseEntries",
    "FundDiscrepancy",
    "FundSheetResult",
    "NewEntry",
    "enter_entries",
    "enter_fund_sheet",
    "reverse_entries",
    "vote_budget",
]
