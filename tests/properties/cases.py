"""Random patients for the property tests: columns of the test bed, values on and around the limits of the rules."""

from __future__ import annotations

import random

Case = dict[str, str]

# Values that lie on, just below and just above a limit somewhere, and censored ones.
VALUES: dict[str, tuple[str, ...]] = {
    "hb": ("0.9", "69", "70", "94", "95", "99.9", "100", "109", "110", "119.9", "120", "129.9", "130", "150"),
    "hct": ("15", "16", "25.9", "26", "30", "36", "42"),
    "rbc": ("2.5", "3.3", "4.0", "5.0", "6.2"),
    "mcv": ("60", "69.9", "77.9", "79.9", "80", "90", "100", "100.1", "112"),
    "rdw": ("13", "17", "25"),
    "wbc": ("0.4", "1.2", "1.5", "3.9", "4.0", "6", "30"),
    "anc": ("0", "0.1", "0.49", "0.5", "0.99", "1.0", "1.49", "1.5", "1.79", "1.8", "3", "<1.5", ">1.0"),
    "plt": ("0", "8", "19", "20", "49", "50", "74", "75", "149", "150", "250", "<10"),
    "retic_pct": ("0.1", "0.9", "1.25", "2.5", "3.75", "6"),
    "retic_abs": ("10", "24.9", "25", "49", "50", "59.9", "60", "99", "100", "150"),
    "ferritin": (
        "<5", "11.9", "12", "14.9", "15", "19.9", "20", "29.9", "30", "44.9", "45", "69", "70", "99.9", "100",
        "150", "299", "300", "500", "501", "800", "801", ">1500",
    ),
    "tsat": ("5", "15.9", "16", "19.9", "20", "30", "30.1", "44.9", "45", "60"),
    "tibc": ("40", "72", "72.1", "90"),
    "crp": ("1", "5", "5.1", "<5", "<10", "30"),
    "agp": ("0.9", "1.0", "1.1"),
    "chr": ("28.9", "29", "33"),
    "hypo_pct": ("6", "6.1"),
    "egfr": ("59.9", "60", ">60", "90"),
    "b12": ("147.9", "148", "400"),
    "folate": ("6.7", "6.8", "20"),
    "copper": ("10.9", "11", "18"),
    "tsh": ("2", "10", "10.1"),
    "blasts_pct": ("0", "1", "19", "20"),
    "nrbc": ("0", "1"),
    "myelocytes_pct": ("0", "1"),
    "ig_pct": ("1.9", "2"),
    "smear_leb": ("0", "1"),
    "hba2": ("3.5", "3.6"),
    "marrow_iron_grade": ("0", "1", "3"),
    "marrow_particles": ("6", "7"),
    "ring_sideroblasts": ("4.9", "5", "14.9", "15"),
    "sf3b1": ("0", "1"),
    "clonal_mutation": ("0", "1"),
    "marrow_cellularity": ("20", "25", "40", "50"),
    "residual_haem": ("29", "30"),
    "marrow_blasts": ("4", "5", "19", "20"),
    "marrow_dysplasia": ("9", "10"),
    "marrow_infiltration": ("0", "1"),
}  # fmt: skip
OFTEN = ("hb", "mcv", "rbc", "hct", "wbc", "anc", "plt", "ferritin", "tsat", "crp")
AGES = ("0.4", "0.5", "1.9", "2", "4.9", "5", "11", "14", "15", "17.9", "18", "30", "49", "50", "60", "75")
DIAGNOSES = (
    "N18.4@-400", "I50.9@30", "K51.0@-90", "C61@-300", "C83@-30", "D46.9@0", "K74.6@-9", "F10.2@-90", "B20@-9",
    "D57.1@-900", "D56.3@-900", "Z51.11@-20", "D50.9@9", "Z51.5@30", "A41.9@10",
)  # fmt: skip
DRUGS = (
    "L01@-60:-30", "L04AX03@-40", "B03XA@-60:-1", "B03AC@-20", "B03AC@-56:-56", "B03AA@0:27", "B03AA@-7",
    "B03AA@60", "J04AC01@-99:-99", "N03AB02@-4",
)  # fmt: skip
PROCEDURES = ("36430@-30", "36430@-120", "36430@20", "77402@-20", "43239@-9", "45378@99")


GOLDEN_SEED, GOLDEN_PATIENTS = 20_240_615, 3000  # the patients whose verdicts are recorded


def population(seed: int, count: int) -> list[Case]:
    """So many random patients, the same for the same seed."""
    rng = random.Random(seed)
    return [random_case(rng, f"P{number}") for number in range(count)]


def random_case(rng: random.Random, name: str) -> Case:
    """A patient with some of everything; about half of the rarer inputs are missing at random."""
    case: Case = {"case": name, "age": rng.choice(AGES), "sex": rng.choice(("M", "F", ""))}
    for column, values in VALUES.items():
        chance = 0.85 if column in OFTEN else 0.25
        if rng.random() < chance:
            case[column] = rng.choice(values)
    if rng.random() < 0.25:
        case |= _iron_patient(rng)
    elif rng.random() < 0.5:  # a second blood count
        day = rng.choice((-730, -121, -120, -119, -30, -7, 7, 30, 56, 120, 180, 730))
        for column in ("hb", "anc", "plt"):
            if column in case and rng.random() < 0.8:
                case[column] = f"{case[column]}; {rng.choice(VALUES[column])}@{day}"
    for column, codes, chance in (("dx", DIAGNOSES, 0.4), ("rx", DRUGS, 0.4), ("proc", PROCEDURES, 0.25)):
        if rng.random() < chance:
            case[column] = "; ".join(rng.sample(codes, rng.choice((1, 1, 2))))
    if rng.random() < 0.3:
        case["enc"] = rng.choice(("hematology@9", "hematology@60"))
    if case["sex"] == "F" and rng.random() < 0.15:
        case["pregnant"] = rng.choice("123?")
    if rng.random() < 0.1:
        case["duffy"] = "Y"
    if rng.random() < 0.1:
        case["elevation"] = rng.choice(("499", "500", "1600"))
    case["observed"] = rng.choice(
        ("lab dx rx proc enc",) * 3 + ("lab", "lab dx", "lab rx proc", "lab dx proc enc")
    )
    case["followup"] = rng.choice(("0", "29", "30", "89", "90", "179", "180", "400"))
    return {column: cell for column, cell in case.items() if cell}


def _iron_patient(rng: random.Random) -> Case:
    """Microcytic anemia, inflamed or not, treated or not: what chance alone rarely brings together."""
    hb = rng.choice(("99.9", "105", "109"))
    case = {
        "age": rng.choice(("30", "50", "60")),
        "hb": f"{hb}; {rng.choice(('104', '130'))}@30",
        "mcv": "69.9",
    }
    case["rx"] = rng.choice(("B03AA@0:27", "B03AA@0:20", "N03AB02@-4"))
    case["crp"] = rng.choice(("1", "30"))
    case["ferritin"] = rng.choice(("", "8", "70", "99.9", "150"))
    case["tsat"] = rng.choice(("", "10", "15.9", "25"))
    return case
