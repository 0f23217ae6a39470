"""Official forms and the writers that fill them: documents and workbooks; writers fill, never
compute.
"""
