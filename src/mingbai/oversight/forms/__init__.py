"""Forms of the pages about meetings and decisions."""
