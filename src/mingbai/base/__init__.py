"""Who we are: divisions, offices, users, the ledger of acts, sealed values, stored files, jobs
and the shape of a figure.
"""
