"""Code sets behind the conditions about diagnoses, drugs, procedures and encounters (RULES.md 5 and 5.1).

Codes match by prefix, without regard to the dot. ICD-10-CM, ATC, CPT, ICD-10-PCS and HCPCS sets are RULES.md's; the
ICD-9-CM equivalents (needed for older extracts) follow the standard crosswalks and are unreviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CodeSet:
    """Codes of one meaning: (code system, prefixes) pairs, the domain they live in, and what they mean."""

    id: str
    title: str
    domain: str
    codes: tuple[tuple[str, tuple[str, ...]], ...]


def _range(first: int, last: int, width: int = 5) -> tuple[str, ...]:
    return tuple(f"{code:0{width}d}" for code in range(first, last + 1))


# The range C00-C97 holds three categories with a letter: Merkel cell and neuroendocrine tumors.
_C_ALL = (*(f"C{n:02d}" for n in range(98) if n != 44), "C4A", "C7A", "C7B")
_DX = "diagnosis"
_RX = "medication"
_PROC = "procedure"

_SETS = (
    CodeSet(
        "inflammatory_disease",
        "rheumatoid arthritis, vasculitis, lupus, inflammatory bowel disease, heart failure, CKD 3+, HIV, "
        "tuberculosis, osteomyelitis, endocarditis",
        _DX,
        (
            (
                "ICD10CM",
                (
                    "M05",
                    "M06",
                    "M30",
                    "M31",
                    "M32",
                    "K50",
                    "K51",
                    "I50",
                    "N18.3",
                    "N18.4",
                    "N18.5",
                    "N18.6",
                    "N18.9",
                    "Z99.2",
                    "B20",
                    *(f"A{n}" for n in range(15, 20)),
                    "M46.2",
                    "M86",
                    "I33",
                ),
            ),
            (
                "ICD9CM",
                (
                    "714",
                    "446",
                    "710.0",
                    "555",
                    "556",
                    "428",
                    "585.3",
                    "585.4",
                    "585.5",
                    "585.6",
                    "585.9",
                    "V45.1",
                    "042",
                    *(f"{n:03d}" for n in range(10, 19)),
                    "730",
                    "421",
                ),
            ),
        ),
    ),
    CodeSet(
        "cancer",
        "malignant neoplasm except non-melanoma skin cancer",
        _DX,
        (("ICD10CM", _C_ALL), ("ICD9CM", tuple(f"{n}" for n in range(140, 209) if n != 173))),
    ),
    CodeSet(
        "ckd",
        "chronic kidney disease stage 3 or worse, dialysis",
        _DX,
        (
            ("ICD10CM", ("N18.3", "N18.4", "N18.5", "N18.6", "N18.9", "Z99.2")),
            ("ICD9CM", ("585.3", "585.4", "585.5", "585.6", "585.9", "V45.1")),
        ),
    ),
    CodeSet("heart_failure", "heart failure", _DX, (("ICD10CM", ("I50",)), ("ICD9CM", ("428",)))),
    CodeSet(
        "hematologic_malignancy",
        "hematologic malignancy",
        _DX,
        (
            (
                "ICD10CM",
                (
                    *(f"C{n}" for n in range(81, 87)),
                    "C88",
                    *(f"C{n}" for n in range(90, 97)),
                    "D45",
                    "D46",
                    "D47.1",
                    "D47.3",
                    "D47.4",
                ),
            ),
            ("ICD9CM", (*(f"{n}" for n in range(200, 209)), "238.4", "238.7")),
        ),
    ),
    CodeSet(
        "mds",
        "myelodysplastic syndrome",
        _DX,
        (("ICD10CM", ("D46",)), ("ICD9CM", ("238.72", "238.73", "238.74", "238.75"))),
    ),
    CodeSet(
        "liver_or_spleen",
        "cirrhosis, portal hypertension, hypersplenism, splenomegaly",
        _DX,
        (
            ("ICD10CM", ("K70.3", "K74", "K76.6", "D73.1", "R16.1", "I85")),
            ("ICD9CM", ("571.2", "571.5", "571.6", "572.3", "289.4", "789.2", "456.0", "456.1", "456.2")),
        ),
    ),
    CodeSet(
        "alcohol",
        "alcohol use disorder",
        _DX,
        (
            ("ICD10CM", ("F10.1", "F10.2", "K70")),
            ("ICD9CM", ("303", "305.0", "571.0", "571.1", "571.2", "571.3")),
        ),
    ),
    CodeSet(
        "hiv_lupus_sepsis",
        "HIV, lupus, sepsis",
        _DX,
        (
            ("ICD10CM", ("B20", "Z21", "M32", "A40", "A41")),
            ("ICD9CM", ("042", "V08", "710.0", "038", "995.91", "995.92")),
        ),
    ),
    CodeSet(
        "hemoglobinopathy",
        "thalassemia, sickle-cell disease, other hemoglobinopathy",
        _DX,
        (("ICD10CM", ("D56", "D57", "D58.2")), ("ICD9CM", ("282.4", "282.6", "282.7"))),
    ),
    CodeSet(
        "thalassemia_trait", "thalassemia trait", _DX, (("ICD10CM", ("D56.3",)), ("ICD9CM", ("282.46",)))
    ),
    CodeSet("palliative_care", "palliative care", _DX, (("ICD10CM", ("Z51.5",)), ("ICD9CM", ("V66.7",)))),
    CodeSet(
        "iron_deficiency_label",
        "iron deficiency diagnosis",
        _DX,
        (("ICD10CM", ("D50", "E61.1")), ("ICD9CM", ("280",))),
    ),
    CodeSet(
        "iron_deficiency_anemia_label",
        "iron deficiency anemia diagnosis",
        _DX,
        (("ICD10CM", ("D50",)), ("ICD9CM", ("280",))),
    ),
    CodeSet(
        "chemotherapy_encounter",
        "encounter for chemotherapy",
        _DX,
        (("ICD10CM", ("Z51.11",)), ("ICD9CM", ("V58.11",))),
    ),
    CodeSet(
        "radiotherapy_encounter",
        "encounter for radiotherapy",
        _DX,
        (("ICD10CM", ("Z51.0",)), ("ICD9CM", ("V58.0",))),
    ),
    CodeSet("cytotoxic_drug", "cytotoxic drug", _RX, (("ATC", ("L01",)),)),
    CodeSet("chemotherapy_infusion", "chemotherapy infusion", _PROC, (("CPT", ("96413",)),)),
    CodeSet("radiotherapy", "radiotherapy", _PROC, (("CPT", ("77402", "77407", "77412")),)),
    CodeSet(
        "myelotoxic_drug",
        "drug toxic to the marrow",
        _RX,
        (
            (
                "ATC",
                (
                    "L04AX01",
                    "L04AX03",
                    "L04AA06",
                    "L04AA13",
                    "L04AK01",
                    "J01XX08",
                    "J01BA01",
                    "J05AB06",
                    "J05AB14",
                    "J05AF01",
                    "J01EE01",
                    "N05AH02",
                    "H03BA02",
                    "H03BB01",
                    "H03BB02",
                    "N03AF01",
                    "N03AG01",
                    "M04AC01",
                    "M01CC01",
                ),
            ),
        ),
    ),
    CodeSet(
        "macrocytosis_drug",
        "drug that enlarges red cells",
        _RX,
        (("ATC", ("L01", "L04AX01", "L04AX03", "J05AF01", "N03AB02", "N03AG01", "J01EE01")),),
    ),
    CodeSet(
        "reversible_mimic_drug",
        "isoniazid, linezolid or chloramphenicol",
        _RX,
        (("ATC", ("J04AC01", "J01XX08", "J01BA01")),),
    ),
    CodeSet("esa", "erythropoiesis-stimulating agent", _RX, (("ATC", ("B03XA",)),)),
    CodeSet("intravenous_iron", "intravenous iron", _RX, (("ATC", ("B03AC",)),)),
    CodeSet("any_iron", "any iron product", _RX, (("ATC", ("B03A",)),)),
    CodeSet("oral_iron", "oral iron", _RX, (("ATC", ("B03AA", "B03AB", "B03AD", "B03AE")),)),
    CodeSet(
        "transfusion",
        "red cell transfusion",
        _PROC,
        (("CPT", ("36430",)), ("ICD10PCS", ("30233N1", "30243N1")), ("HCPCS", ("P9016",))),
    ),
    CodeSet("upper_endoscopy", "upper endoscopy", _PROC, (("CPT", _range(43235, 43259)),)),
    CodeSet(
        "lower_endoscopy", "colonoscopy", _PROC, (("CPT", (*_range(44388, 44408), *_range(45378, 45398))),)
    ),
    CodeSet(
        "hematology_contact",
        "hematology encounter",
        "encounter",
        (("SPECIALTY", ("hematology", "207RH0000X", "207RH0003X", "2080P0207X", "82", "83", "303")),),
    ),
    CodeSet("pregnancy", "pregnancy", _DX, (("ICD10CM", ("O", "Z33.1", "Z34", "Z3A")),)),
    CodeSet("gestational_week", "gestational age in weeks", _DX, (("ICD10CM", ("Z3A",)),)),
    CodeSet(
        "pregnancy_end",
        "delivery or other end of a pregnancy",
        _DX,
        (("ICD10CM", ("O80", "O81", "O82", "Z37", *(f"O0{n}" for n in range(9)))),),
    ),
)

CODE_SETS: Mapping[str, CodeSet] = {item.id: item for item in _SETS}
