"""Template tags every room shares."""
