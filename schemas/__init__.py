"""What promises: the columns, types, units and plausible ranges of every table, each described once.

The same declarations serve validation, quarantine, documentation and the comments of the warehouse. What lives here
never touches data of its own accord: no files, no clock, no DuckDB, no Prefect, and no import of ``flows`` or
``transforms``.
"""

import os

# Pandera reads this once, when it is first imported. Without it a lazy frame has its columns checked but not its
# values, and a wrong value passes in silence.
os.environ.setdefault("PANDERA_VALIDATION_DEPTH", "SCHEMA_AND_DATA")
