"""What towns and departments handed in: files, sheets, rows and verdicts; never edited."""
