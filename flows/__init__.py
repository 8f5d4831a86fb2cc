"""What carries: files, DuckDB connections, settings, the clock, Prefect, and the command line.

A stage here moves data from one place to the next and counts it. What lives here never decides what a value means:
no clinical condition, no threshold, no expression of medical meaning, and no SQL text (SQL lives in ``sql/``).
Tasks take paths, dates and ids and return counts, never a connection or a frame of patients. May import
``transforms`` and ``schemas``.
"""
