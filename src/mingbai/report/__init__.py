"""What we say upwards: statements, summaries and circulars, frozen once issued, each figure
walking back to its rows.
"""
