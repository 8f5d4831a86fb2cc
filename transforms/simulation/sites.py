"""Laboratories: the codes, units, decimals and limits of detection in which each of them reports.

Conversion factors are those of the analyte tables, so that a simulated value means what it says; whether the factors
are right is for the acceptance cases to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemas.analytes import ANALYTES
from transforms.units import resolve


@dataclass(frozen=True)
class Sent:
    """How a site reports an analyte. below, above: beyond them only ``<below`` and ``>above`` are printed."""

    code: str
    unit: str
    decimals: int
    below: float | None = None
    above: float | None = None
    code_system: str = "LOINC"


@dataclass(frozen=True)
class Site:
    """A laboratory. Analytes that are in neither ``reports`` nor ``OWN`` are not reported there.

    clock: how it prints times (strftime).
    """

    name: str
    reports: Mapping[str, Sent]
    clock: str = "%Y-%m-%d %H:%M:%S"

    def sent(self, analyte: str) -> Sent | None:
        """How the site reports an analyte, None if it does not."""
        return self.reports.get(analyte) or OWN.get(analyte)


def factor(analyte: str, unit: str) -> float:
    """From the site's unit to the canonical one. ValueError for a unit that the analyte does not have."""
    if not ANALYTES[analyte].units:
        return 1.0
    reading = resolve(analyte, unit)
    if reading is None:
        raise ValueError(f"{unit} is not a unit of {analyte}")
    return float(reading.factor)


# Tests without a code of their own in LOINC, and marrow findings, come as ids of hemacohort wherever they are made.
_DECIMALS = {"hypo_pct": 1, "marrow_dysplasia": 0, "marrow_blasts": 0, "ring_sideroblasts": 0}
OWN: Mapping[str, Sent] = {
    analyte.id: Sent(analyte.id, analyte.unit, _DECIMALS.get(analyte.id, 0), code_system="hemacohort")
    for analyte in ANALYTES.values()
    if analyte.section == "marrow" or analyte.id in {"hypo_pct", "smear_leb"}
}
_RARE = {
    "stfr": Sent("30248-9", "mg/L", 1),
    "chr": Sent("71694-4", "pg", 1),
    "hba2": Sent("4551-8", "%", 1),
    "nrbc": Sent("58413-6", "/100 WBC", 0),
    "myelocytes_pct": Sent("749-2", "%", 0),
    "blasts_pct": Sent("26446-5", "%", 0),
    "esr": Sent("4537-7", "mm/h", 0),
    "ldh": Sent("2532-0", "U/L", 0),
    "lead": Sent("5671-3", "ug/dL", 1),
    "epo": Sent("15061-5", "mIU/mL", 1),
    "mma": Sent("13964-2", "nmol/L", 0),
}
_AMERICAN = {
    **_RARE,
    "hb": Sent("718-7", "g/dL", 1),
    "hct": Sent("4544-3", "%", 1),
    "rbc": Sent("789-8", "10*6/uL", 2),
    "mcv": Sent("787-2", "fL", 1),
    "mch": Sent("785-6", "pg", 1),
    "mchc": Sent("786-4", "g/dL", 1),
    "rdw": Sent("788-0", "%", 1),
    "wbc": Sent("6690-2", "K/uL", 2),
    "neut_pct": Sent("770-8", "%", 1),
    "anc": Sent("751-8", "K/uL", 2),
    "alc": Sent("731-0", "K/uL", 2),
    "mono": Sent("742-7", "K/uL", 2),
    "plt": Sent("777-3", "K/uL", 0),
    "retic_pct": Sent("17849-1", "%", 2),
    "retic_abs": Sent("60474-4", "10*6/uL", 4),
    "ferritin": Sent("2276-4", "ng/mL", 0, below=5, above=7500),
    "iron": Sent("2498-4", "ug/dL", 0),
    "tibc": Sent("2500-7", "ug/dL", 0),
    "tsat": Sent("2502-3", "%", 0),
    "crp": Sent("1988-5", "mg/dL", 2, below=0.3),
    "creatinine": Sent("2160-0", "mg/dL", 2),
    "egfr": Sent("98979-8", "mL/min/1.73 m2", 0, above=90),
    "b12": Sent("2132-9", "pg/mL", 0, above=1500),
    "folate": Sent("2284-8", "ng/mL", 1, above=20),
    "tsh": Sent("3016-3", "uIU/mL", 2),
    "haptoglobin": Sent("4542-7", "mg/dL", 0, below=8),
    "bilirubin": Sent("1975-2", "mg/dL", 1),
    "copper": Sent("5631-7", "ug/dL", 0),
    "zinc": Sent("5763-8", "ug/dL", 0),
}
_EUROPEAN = {
    **_AMERICAN,
    "hb": Sent("718-7", "g/L", 0),
    "hct": Sent("4544-3", "L/L", 3),
    "rbc": Sent("789-8", "10*12/L", 2),
    "mchc": Sent("786-4", "g/L", 0),
    "wbc": Sent("6690-2", "10*9/L", 2),
    "anc": Sent("751-8", "10*9/L", 2),
    "plt": Sent("777-3", "10*9/L", 0),
    "retic_pct": Sent("17849-1", "%", 2),
    "retic_abs": Sent("60474-4", "10*9/L", 0),
    "ferritin": Sent("2276-4", "ug/L", 0, below=4),
    "iron": Sent("14798-3", "umol/L", 1),
    "transferrin": Sent("3034-6", "g/L", 2),
    "crp": Sent("1988-5", "mg/L", 0, below=5),
    "creatinine": Sent("14682-9", "umol/L", 0),
    "egfr": Sent("62238-1", "mL/min/1.73 m2", 0, above=60),
    "b12": Sent("14685-2", "pmol/L", 0, above=1100),
    "folate": Sent("14732-2", "nmol/L", 1, above=45),
    "tsh": Sent("3016-3", "mIU/L", 2),
    "haptoglobin": Sent("4542-7", "g/L", 2, below=0.1),
    "bilirubin": Sent("14631-6", "umol/L", 0),
    "copper": Sent("14665-4", "umol/L", 1),
    "zinc": Sent("5763-8", "umol/L", 1),
}


def _but(reports: Mapping[str, Sent], *absent: str, **changed: Sent) -> Mapping[str, Sent]:
    return {name: sent for name, sent in (*reports.items(), *changed.items()) if name not in absent}


SITES: tuple[Site, ...] = (
    # American units; a percentage and an absolute differential, and the laboratory computes the saturation itself
    Site("Northgate", _but(_AMERICAN, "retic_abs")),
    # SI units; transferrin instead of a binding capacity, saturation left to the reader
    Site("Southbank", _but(_EUROPEAN, "tibc", "tsat", "alc", "mono", "retic_abs"), clock="%Y-%m-%dT%H:%M"),
    # molar units throughout
    Site(
        "Lakeside",
        _but(
            _EUROPEAN,
            "neut_pct",
            "alc",
            "mono",
            "transferrin",
            "retic_pct",
            hb=Sent("59260-0", "mmol/L", 2),
            mch=Sent("59468-9", "fmol", 3),
            mchc=Sent("59467-1", "mmol/L", 2),
            wbc=Sent("26464-8", "G/L", 2),
            anc=Sent("26499-4", "G/L", 2),
            plt=Sent("26515-7", "/nL", 0),
            rbc=Sent("26453-1", "T/l", 2),
            tibc=Sent("14800-7", "umol/L", 1),
            tsat=Sent("14801-5", "%", 0),
            crp=Sent("1988-5", "mg/L", 1, below=1),
        ),
    ),
    # an outpatient laboratory: cells per microliter, a percentage only, names of its own for two tests
    Site(
        "Hillview",
        _but(
            _AMERICAN,
            "anc",
            "alc",
            "mono",
            "tsat",
            wbc=Sent("6690-2", "/uL", 0),
            plt=Sent("777-3", "/uL", 0),
            crp=Sent("1988-5", "mg/L", 0, below=10),
            retic_pct=replace(_AMERICAN["retic_pct"], code="RETIC-P", code_system="HILLVIEW"),
            tsh=replace(_AMERICAN["tsh"], code="THYR1", code_system="HILLVIEW"),
        ),
    ),
)
