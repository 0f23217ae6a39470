"""Machines that find pairs and their levels: plain Python, the oracle, and DuckDB."""
