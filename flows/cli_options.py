"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[Path, typer.Option("--home", envvar="HEMACOHORT_HOME", help="Folder of the home.")]
ExtractOption = Annotated[Path, typer.Option("--extract", help="Folder of the extract.")]
SourceOption = Annotated[
    str, typer.Option(help="Layout of the extract: canonical, mimic-iv, omop, fhir, synthea, hl7v2.")
]
