"""How an input that a rule reads comes about where it is not simply the result as reported, for the pages of the rules.

The numbers are those of the code that computes; the sections are RULES.md's.
"""

from typing import NamedTuple

from schemas.switches import DEFAULTS
from transforms.indices import CITRATE_DILUTION, MCHC_HIGHEST, MCHC_LOWEST_COMPUTED, STFR_ASSAYS
from transforms.iron_panel import TIBC_PER_TRANSFERRIN
from transforms.reticulocytes import MATURATION, NORMAL_HCT


class Derivation(NamedTuple):
    """An input, how its value comes about, and the sections of RULES.md that say so."""

    value: str
    how: str
    sections: str


def _maturation() -> str:
    first, *others = MATURATION[DEFAULTS.ri_table]
    steps = [f"{first[1]:g} from a hematocrit of {first[0]:g} %"]
    steps += [f"{factor:g} from {least:g} %" if least else f"{factor:g} below" for least, factor in others]
    return ", ".join(steps)


DERIVED: tuple[Derivation, ...] = (
    Derivation(
        "any result",
        "of two equally near the earlier one; of one moment the one of the blood count's own specimen, final before "
        "preliminary, analyzer before microscope (microscope first for blasts, bands, myelocytes and nucleated red cells)",
        "0.5, 1.1",
    ),
    Derivation(
        "hemoglobin",
        "of a blood gas only where the blood count has none; for anemia less the adjustment for elevation where the "
        "residence is known",
        "1.2, 3.1",
    ),
    Derivation(
        "red cell indices",
        f"an MCHC above {MCHC_HIGHEST:g} g/L (reported or computed), or a computed one below {MCHC_LOWEST_COMPUTED:g}, "
        "takes away MCV, red cell count, hematocrit, MCH, RDW and production index; the hemoglobin stays",
        "2.8",
    ),
    Derivation(
        "mean cell volume",
        "10*Hct/RBC of one draw where none was reported; unknown where a reported one differs by more than 5 % and "
        "falls into another class, and after red cells in the last 120 days",
        "0.5, 2.8, 4.31.4",
    ),
    Derivation(
        "absolute neutrophil count",
        "as reported with the blood count, else white cells times neutrophils, or times segmented and band forms; without "
        "a differential anything from 0 (with segmented forms alone: from those) to the white cell count",
        "2.2, 4.31.4",
    ),
    Derivation(
        "platelet count",
        f"none where the platelets of the draw were clumped; a citrate count within 30 days, times {CITRATE_DILUTION:g}, "
        "replaces it",
        "1.2",
    ),
    Derivation(
        "reticulocytes",
        "percent and absolute count from one another by the red cell count (absolute = percent*RBC*10)",
        "1.3",
    ),
    Derivation(
        "reticulocyte production index",
        f"as reported, else percent*Hct/{NORMAL_HCT:g} divided by {_maturation()}; a hematocrit that was not measured is "
        "RBC*MCV/10, else 0.3*Hb; unknown after red cells in the last 30 days",
        "0.5, 2.4",
    ),
    Derivation(
        "iron-binding capacity",
        f"measured, {TIBC_PER_TRANSFERRIN[DEFAULTS.tibc_factor]:g} umol per g of transferrin, or iron and UIBC together; of "
        "those of one moment the first in this order",
        "2.7",
    ),
    Derivation(
        "transferrin saturation",
        "100*iron/TIBC of the same day, give or take one, both exact; it replaces a reported one unless that is more than a "
        "day nearer to the blood count",
        "1.4, 2.1",
    ),
    Derivation(
        "sTfR-ferritin index",
        f"sTfR in mg/L by the logarithm (base 10) of the ferritin, for the assays {', '.join(STFR_ASSAYS)} only",
        "2.6",
    ),
    Derivation(
        "estimated glomerular filtration rate",
        "as reported, else CKD-EPI 2021 from creatinine in adults who are not pregnant; without a sex both equations "
        "bound it",
        "2.9",
    ),
)
