"""The rejected rows themselves: counted by any column, searched, and 1,000 at a time.

One interface, two implementations: files by DuckDB in memory, a table by the warehouse.
"""
