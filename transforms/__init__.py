"""What judges: what laboratory data mean.

Frames in, frames out: parsing, units, evidence, indices, three-valued logic, and the rules. What lives here never
reads or writes a file, never looks at the clock, and knows nothing of DuckDB, Prefect or settings, so that every
function can be tested on five rows. May import ``schemas``, never ``flows``.
"""
