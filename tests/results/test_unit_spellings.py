"""How laboratories spell their units, beside the unit each spelling stands for, and what is no unit of the analyte."""

from __future__ import annotations

import pytest

from schemas.analytes import ANALYTES
from transforms.units import is_missing, resolve

# analytes; the unit; spellings of the same factor, separated by bars
SPELLED = [
    (
        "wbc plt anc alc",
        "10*9/L",
        (
            "10*9/L|10^9/L|10⁹/L|×10⁹/L|x10E9/L|10E9/L|10e+9/L|10**9/L|x10(9)/L|10 9/L|109/L|10exp9/L|10x9/L|10'9/L|E9/L"
            "|G/L|G/l|Gpt/L|/nL|giga/L|Mrd/L|bil/L|billion/L|10^9 cells/L|10*9{cells}/L|10^9 L^-1|10*9.L-1|×10⁹ L⁻¹|10^6/mL"
            "|x10.9/L|BILL/L|10S9/L|10.e9/l|10^9L|10^{9}/L|$10^9$/L|10<sup>9</sup>/L|x10{9}/L|10\\^9/L|Ã—10^9/L|10â\x81¹/L"
            "|10´9/L|10''9/L|10+9/L|10,9/L|1.0 x 10^9/L|N*10^9/L|/L x 10^9|cells/L (x10^9)|10^9/I|10^9/lt|10^9/Litro"
            "|Mia./l|Milliarden/L|mld/L|miljard/L|billion per liter|Zellen/nl|×10⁹/л|10^9/л|Г/л|{#}.10*9/L|10*9/L*|GI/L|Gi/l|Gpart/L|10*9/L EDTA"
        ),
    ),
    (
        "wbc plt anc alc",
        "10*3/uL",
        (
            "10*3/uL|10^3/µL|10^3/μL|10³/µl|x10^3/mcL|X10(3)/uL|X10E3/UL|10e3/uL|10E3/mcL|1E3/uL|10*3/ul|10 3/uL|10x3/uL"
            "|X10-3/uL|10\\S\\3/uL|10^3/mm^3|10³/mm³|10**3/mm**3|10^3/cu.mm.|10*3/mmc|K/uL|k/µl|K/mcL|K/mm3|K/CMM|K/cu mm"
            "|k/mm cu|K cells/uL|kcells/uL|k/microliter|thou/cumm|thou/mm3|Thous/uL|Thousand/uL|THOU/MCL|th/cmm|Tsd./µl"
            "|thousand per microliter|thousands/cubic millimeter|1000/uL|x1000/mm3|1,000/mm3|10*3{cells}/uL|10*3 cells/uL"
            "|cells x 10^3/uL|#x10^3/uL|10*3/cells/uL|(10^3/uL)|10\u200b^3/uL|\ufeffK/uL|10^3/ul.|x10^3|10*3|THOUSAND|K"
            "|10.e3/uL|x10.3/uL|10e*3/uL|10~u~3/ul|10s3/ul|X(10)3|10x3cumm|THOUCMM|10*3UL|K/mm-3|t/cmm|T/CUMM|K/cmm AUTO"
            "|#x1000/uL|tys/µl|miles/mm3|10Â³/ÂµL|10³/&micro;L|10&#179;/uL|10^3/?L|K/\ufffdL|K/uI|KCUMM|KuL|T/mm3|ths/uL|thsnd/uL"
            "|/mm3 x 10^3|/uL (x1000)|(x1000)/uL|thousand per microliter|thousand per cubic millimeter|kilo per microliter"
            "|10*3/mikroliter|Tausend/µl|mille/mm3|migliaia/mmc|duizend/ul|tyś/µl|тыс/мкл|K/uL WBC|K/mm3 blood|1.00E+03/uL|K/-¦L|th/-¦L"
        ),
    ),
    (
        "wbc plt anc",
        "/uL",
        (
            "/uL|/µL|/mcl|/mm3|/cumm|/cmm|/mm³|per cu mm|cells/uL|cells/cumm|cell/cu mm|{cells}/uL|#/uL|1/uL|count/uL"
            "|cells per cubic millimeter|per mm3|per cubic millimeter|n/uL|abs/uL|células/mm3|Zellen/µl|cellules/mm3|mm-3|µL⁻¹"
            "|/mikroliter|кл/мкл|WBC/uL|platelets/mcL|pro µL|Mpt/l"
        ),
    ),
    (
        "wbc plt anc",
        "10*9/L",
        "10ˆ9/L|10˄9/L|✕10^9/L|∙10^9/L|10^9/dm³|10^9 por L|млрд/л|×10^9/升|10^9⋅L⁻¹|10 to the power of 9/L|10hoch9/l",
    ),
    (
        "wbc plt anc",
        "10*3/uL",
        "Tsd. pro µl|10^3 por mm³|千/μL|천/㎕|×10³/㎕|10pow3/uL|k por mm3|10^3/マイクロL",
    ),
    ("wbc plt anc", "/uL", "個/μL|개/㎕|个/μL|leucócitos/mm³|cels/mm3|céls/mm³|cellule/µl"),
    ("wbc plt anc retic_abs", "10*4/uL", "10*4/uL|×10⁴/μL|x10^4/µL|10E4/uL|万/μL|萬/μL|만/㎕|万個/μL"),
    ("wbc plt anc", "10*2/uL", "10*2/uL|×10²/μL|x10^2/µl"),
    ("rbc", "10*4/uL", "×10⁴/μL|万/μL|10*4/uL"),
    ("rbc", "10*6/uL", "百万/μL|백만/㎕|millones por mm³|Mio. pro µl|10^12/dm3"),
    ("plt wbc", "lakh/uL", "lakh|lakh/mm3|lakhs/cumm|Lakhs/cu.mm|lacs/cmm|lac/µL|10*5/uL|1,00,000/cumm"),
    (
        "rbc",
        "10*12/L",
        (
            "10*12/L|10^12/L|x10E12/L|T/L|T/l|Tpt/L|tera/L|/pL|M/uL|m/mcL|mil/mcL|mil/mm3|mill/cumm|million/uL|million/cumm"
            "|Mio/µl|Mio./ul|mln/uL|10*6/uL|10^6/mm3|x10E6/uL|X10(6)/uL|x10 6/uL|10x6/uL|10^6 cells/uL|x10^6|MILLION"
            "|million per microliter|trillion per liter|trill/L|MCUMM|/uL x 10^6|milioni/mmc|Milhões/mm3|miljoen/ul|млн/мкл|Т/л"
            "|millions/cu mm|Milion/cmm|mill'n/cmm|10.e6/uL|millones/mm3|TRIL/L|x10.12/L|10x6cmm|milln/ul|TI/L|Tpart/L|10^6/-¦L"
        ),
    ),
    ("rbc", "G/L", "G/L|Gpt/L|/nL|GI/L"),
    (
        "hb mchc albumin mprotein",
        "g/dL",
        (
            "g/dL|G/DL|g/dl|GM/DL|Gm/dL|gms/dl|gm%|GM%|gms%|g%|gm/100ml|g/100 mL|g/100cc|gram/dL|grams/deciliter|gr/dl"
            "|gram per deciliter|gram per 100 milliliter|grm%|g/dI|g/d1|g/dL*|g/dcl|г/дл|г%|g/dl *calc*"
            "|g per dL|g·dL-1|g/dl.|(g/dL)|g / dl|g/dL{calc}|g/dL (calc)|grs/dl|GMDL|gHb/dL|g(Hb)/dL"
        ),
    ),
    (
        "hb mchc albumin transferrin",
        "g/L",
        "g/L|G/L|g/l|gm/L|GM/L|g/ltr|g/Lt|г/л|gram per liter|g/I|gram/litre|grams per liter|g L-1|g/L-1|g/l-¹|mg/mL",
    ),
    (
        "hb",
        "mmol/L",
        "mmol/L|MMOL/L|mmol(Fe)/L|mmol/L{Fe}|mmol/l Hb/4|millimol/L|millimole per liter|ммоль/л",
    ),
    ("mch", "fmol", "fmol|fmol/cell|femtomole"),
    (
        "mcv",
        "fL",
        (
            "fL|FL|fl.|fL/cell|femtoliter|femtolitres|um3|um^3|µm³|μm3|cu um|cu microns|CU MICRON|cubic microns|cumicrons"
            "|mcm3|um**3|cu mic|cmu|cuu|mu3|mu/3|10*-15.L|femtoliter(s)|[fL]|cubic micrometer|фл|ume3"
        ),
    ),
    (
        "mch chr",
        "pg",
        "pg|PG|pgm|pg/cell|pg/{cell}|picogram|picograms|picogm|uug|µµg|pg{Hb}|[pg]|pcg|picogram per cell|picogram per red blood cell|пг|micromicrograms|micro-micrograms|mmcg",
    ),
    (
        "ferritin",
        "ug/L",
        "ug/L|µg/L|μg/l|mcg/L|Âµg/L|㎍/L|micrograms/liter|ng/mL|NG/ML|ngm/mL|nanogram/mL|ng/cc|nanogram per milliliter|microgram per liter|?g/L|\ufffdg/L|mikrog/L|ug/lt|нг/мл|мкг/л|ng/mL (CLIA)|ng/mL CMIA|ug/dL|mcg/dL|ng/dL",
    ),
    (
        "iron tibc",
        "ug/dL",
        "ug/dL|µg/dL|mcg/dL|UG/DL|mcg%|µg%|ug/100ml|µg/100mL|mcg/100 mL|micrograms/dL|microgram per deciliter|?g/dL|¿g/dL|мкг/дл",
    ),
    (
        "iron tibc",
        "umol/L",
        "umol/L|μmol/L|umol/l|mcmol/L|micromol/L|MICROMOL/L|nmol/mL|mkmol/l|uM|µM|uM/L|micromole per liter|?mol/L|mikromol/l|мкмоль/л",
    ),
    (
        "creatinine bilirubin",
        "mg/dL",
        "mg/dL|MG/DL|mgs/dl|mgm/dl|mg%|mgm%|mg/100ml|milligrams/deciliter|MGDL|mg\\dL|milligram per deciliter|mg/dI|мг/дл",
    ),
    ("crp", "mg/L", "mg/L|MG/L|ug/mL|mcg/mL|mg/L (hs)"),
    ("b12", "pg/mL", "pg/mL|PG/ML|ng/L|picogram/mL|picogram per milliliter|пг/мл|pcg/mL"),
    ("folate", "ng/mL", "ng/mL|ug/L|mcg/L|mkg/l|ng/mls|ug/lit"),
    ("hb", "mmol/L", "mM|mM/L"),
    (
        "tsh",
        "mIU/L",
        (
            "mUI/L|µUI/mL|ulU/ml|micIU/mL|mIU/L|mU/L|m[IU]/L|uIU/mL|µU/mL|mcIU/mL|MCU/ML|mcunits/mL|u[IU]/mL|microIU/mL"
            "|micro-international unit per milliliter|milli-international unit per liter|microunit per milliliter|mcIntUnit/mL|uE/ml|mE/l|мкМЕ/мл|мМЕ/л"
        ),
    ),
    (
        "ldh",
        "U/L",
        "UI/L|U/L|IU/L|Units/L|unit/l|[IU]/L|[iU]/L|unit per liter|international unit per liter|Int_Unit/L|U/lt|Ед/л|E/l|lU/L|int'l units/L",
    ),
    ("epo", "IU/L", "IU/L|U/L|mIU/mL|mU/mL|milli-international unit per milliliter|mE/ml"),
    ("ttg_iga", "AU/mL", "AU/mL|[arb'U]/mL|arb U/mL"),
    ("mch", "fmol", "fmol|fmol(Fe)"),
    ("zpp", "umol/mol heme", "umol/mol heme|µmol/mol Häm"),
    (
        "egfr",
        "mL/min/1.73 m2",
        (
            "mL/min/1.73 m2|mL/min/{1.73_m2}|ml/min/1.73m^2|mL/min/1.73m²|mL/min/1.73sq.m|mL/min/1.73 sq m|ml/min/1,73m2"
            "|mL/min per 1.73 m2|mL/min/1.73 square meters|mL/min/1.73|mL/min/1.73/m2|mL/min/1.7|mL/min/BSA|mL/min/SA"
            "|mL/min/1.73 m(2)|mL/min/1.73 meter squared|mls/min/1.73m2"
            "|milliliter per minute per 1.73 square meter|mL/min/1.73.m2|ml/min/1.73**2|ml/mn/1.7m|mL/(min.1.73m2)|mL/(min*1.73 m2)|mL/min/[1.73_m2]|ml/min/1,73qm"
            "|mL/min/1.73mÂ²|мл/мин/1.73м2"
        ),
    ),
    (
        "esr",
        "mm/h",
        "mm/h|mm/hr|MM/HR|mm/hour|mm/1h|mm 1st hr|mm/1 hour|mm/60 min|mm in 1st hour|millimeter per hour|mm/hora|mm/uur|mm/hr (Westergren)|mm/(1.h)|mm/h Wintrobe|мм/ч|мм/час",
    ),
    ("hba2", "%", "% Hb|%Hb|% of total Hb"),
    ("rdw", "%", "CV%|%CV|% CV|%(CV)|CV"),
    ("tsat", "%", "Sat%|% of TIBC"),
    (
        "neut_pct tsat hct rdw",
        "%",
        "% AUTO|%|％|percent|PERCENT|Pct|%{WBCs}|% of total|10*-2|[%]|prozent|porcentaje|% Manual",
    ),
    (
        "neut_pct segs_pct blasts_pct",
        "%",
        "/100 WBC|/100{WBCs}|per 100 WBC|%d.Leukozyten|%Leu|% der Leukozyten",
    ),
    (
        "nrbc",
        "/100 WBC",
        (
            "/100 WBC|/100{WBCs}|/100WBC's|per 100 WBC|NRBC/100 WBC|/100 leukocytes|%|%/WBC|{#}/100{WBCs}"
            "|per 100 white blood cells|per hundred white blood cells|/100 Leu|pro 100 Leukozyten|100 WBC|NRBC/100 WBC's"
        ),
    ),
    ("retic_pct", "%", "/100 RBC|per 100 RBCs|/100{RBCs}|% of RBC|%d.Erythrozyt"),
    (
        "hct",
        "L/L",
        "v/v|L/L|l/l|ratio|1|fraction|decimal|decimal fraction|liter per liter|vol/vol|mL/mL|volume fraction|л/л",
    ),
    (
        "hct",
        "vol%",
        "%(vol)|vol%|Vol %|%vol|mL/dL|%VOLUME|Vol-%|volume %|% PCV|volume percent|percent by volume|ml%|cc/100ml",
    ),
    (
        "retic_pct",
        "permille",
        "0/00|‰|[ppth]|permille|/1000|10*-3|o/oo|per thousand|parts per thousand|ppth|‰ RBC|%o|pro 1000|/1000 Ery",
    ),
    ("retic_abs", "10*6/uL", "10*6/uL|M/uL|10*12/L|T/L"),
]


@pytest.mark.parametrize(
    ("analytes", "unit", "spellings"), SPELLED, ids=[f"{a.split()[0]} {u}" for a, u, _ in SPELLED]
)
def test_spelling_stands_for_its_unit(analytes: str, unit: str, spellings: str) -> None:
    for analyte in analytes.split():
        factor = ANALYTES[analyte].units[unit]
        read = {text: resolve(analyte, text) for text in spellings.split("|")}
        assert {text: found and found.factor for text, found in read.items()} == dict.fromkeys(read, factor)


NOT_UNITS = [
    (
        "wbc",
        (
            "g/L M/uL mil/mm3 10*5/L 10*3/mL 10*3/ccm M/ccm 10*6/ccm 10*6/L 10*3/L /L /mL uL mm3 cells T/uL m % /hpf 10*-3/uL /100WBC �g/L {10*3}/uL n K/u"
            " 10^3/µ 10.0E9/L"
        ),
    ),
    ("rbc", "K/uL 10*3/uL t uL g/dL"),
    ("hb", "g/mL mg/dL g mmol mol/L U/L 10*3/uL gm/d ?/dL"),
    ("mcv", "g/L uL L pg"),
    ("mch", "mg pmol fL"),
    ("ferritin", "mg/dL ng/L g/L U/L"),
    ("iron", "mg/L mmol/L"),
    ("creatinine", "mEq/dL mmol/L"),
    ("b12", "pg/dL ng/dL"),
    ("tsh", "mIU/mL IU/L mE/mL ME/L"),
    ("egfr", "mL/min mL/min/m2"),
    ("rdw", "fL fraction %d"),
    ("neut_pct", "/100RBC K/uL"),
    ("retic_abs", "M/ccm 10*6/cc"),
    ("copper", "mg/L"),
]


@pytest.mark.parametrize(("analyte", "texts"), NOT_UNITS, ids=[analyte for analyte, _ in NOT_UNITS])
def test_what_is_no_unit_of_the_analyte_stays_unknown(analyte: str, texts: str) -> None:
    assert {text: resolve(analyte, text) for text in texts.split()} == dict.fromkeys(texts.split())


def test_gram_spelled_with_an_m_keeps_it_before_a_liter_to_the_power_of_minus_one() -> None:
    """mgm L-1 is mg/L: read without its blank it ends in mL-1, and a milligram became a gram."""
    for text in ("mgm L-1", "mgm.L-1", "mgm·L⁻¹", "Milligramm l^-1"):
        assert resolve("hb", text) is None
        assert resolve("crp", text) == resolve("crp", "mg/L")
    for text in ("gm L-1", "gm.L-1", "gm*L^-1"):
        assert resolve("hb", text) == resolve("hb", "g/L")


def test_case_says_giga_or_gram_and_nothing_else() -> None:
    assert resolve("plt", "G/L") is not None
    assert resolve("plt", "g/L") is None
    assert resolve("hb", "G/L") is not None
    assert resolve("rbc", "t/l") == resolve("rbc", "T/L")


@pytest.mark.parametrize(
    "text", [None, "", "  ", "N/A", "none", "-", "___", "\u200b", "\u00a0", "(null)", "Unknown"]
)
def test_words_for_no_unit(text: str | None) -> None:
    assert is_missing(text)


def test_no_spelling_of_one_unit_is_read_as_another_beside_any_analyte() -> None:
    """The plain spellings themselves: each analyte reads its own units as they stand in its table."""
    for analyte in ANALYTES.values():
        for unit in analyte.units:
            found = resolve(analyte.id, unit)
            assert found is not None
            assert found.factor == analyte.units[unit], (analyte.id, unit, found.unit)
