"""Tables in, tables out: reading workbooks safely, making values canonical, checking and
comparing, the same on every machine.
"""
