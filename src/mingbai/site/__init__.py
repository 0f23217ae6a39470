"""The whole house seen from outside: settings, addresses, the home page and the command line;
the only place that knows every room.
"""
