"""What was promised for the year: programmes, sub-items, targets and town shares."""
