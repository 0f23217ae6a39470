"""What was found wrong and how it was put right: meetings, decisions, slips, inspection."""
