"""Where checks run: every machine gives the same hits."""
