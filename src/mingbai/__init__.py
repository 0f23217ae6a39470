"""mingbai (明白账): enter once, derive everything; every figure walks back to its rows."""

__version__ = "0.1.0"
