"""The rejected rows themselves: counted by any column, searched, and 1,000 at a time.

One interface, two readings: files through DuckDB in memory, a table through the warehouse.
"""
