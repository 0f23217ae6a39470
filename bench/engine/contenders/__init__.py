"""Each file one way of doing the same checks; each runs in a process of its own."""
