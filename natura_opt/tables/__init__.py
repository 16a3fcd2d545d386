"""What each table of an economy is: one module per law's tables, and the registry that collects them.

A new law with tables of its own brings a module here and one line in :mod:`natura_opt.tables.registry`.
"""
