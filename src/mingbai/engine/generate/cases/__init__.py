"""Planted cases: what is wrong in the county on purpose, and what only looks so."""
