"""Policy as dated, sourced YAML and its loader: what the province, city and county decided,
readable aloud.
"""
