"""Blood count (RULES.md 1.2). Every analyte here makes an index draw, save hemoglobin from a blood gas.

Citation marks of RULES.md behind the codes: a = checked against the NLM LOINC table, b = hospital map,
c = verified elsewhere, m = memory. Codes that count cells ("#") where the row is a percentage have ids of their
own (``blasts_abs``, ``ig_abs``, ``nrbc_abs``), and so has the monocyte percentage (``mono_pct``).
"""

from __future__ import annotations

from schemas.analytes_model import Alert, Analyte, Limits, codes, units

# 1 g/dL = 0.6206 mmol/L of the monomer [V: PMC3934467 T1]; the tetramer only where the unit says so.
HB_UNITS = units(("g/L", "1"), ("g/dL", "10"), ("mmol/L", "16.114"), ("mmol/L tetramer", "64.5"))
HB_REJECT = Limits(below=10, above=260)
HB_FLAG = Limits(below=30, above=220)

# Japan counts red cells and platelets by ten thousand, white cells by a hundred; RULES.md prints neither
COUNT_UNITS = units(
    ("10*9/L", "1"),
    ("10*3/uL", "1"),
    ("/uL", "0.001"),
    ("lakh/uL", "100"),
    ("10*4/uL", "10"),
    ("10*2/uL", "0.1"),
)
PERCENT = units(("%", "1"))
PERCENT_OR_FRACTION = units(("%", "1"), ("fraction", "100"))
# A share of the cells cannot exceed all of them; RULES.md prints the limit for some of the rows only.
SHARE = Limits(above=100)
# Lymphocytes, monocytes and the like are parts of the white count (nucleated red cells are counted with it) and
# cannot exceed its limit; RULES.md prints none for them.
PART_OF_LEUKOCYTES = Limits(above=1000)

BLOOD_COUNT: tuple[Analyte, ...] = (
    Analyte(
        id="hb",
        title="Hemoglobin",
        section="blood_count",
        unit="g/L",
        slug="g_l",
        loinc=("718-7", "59260-0", "20509-6"),  # a mass; a moles; m calculated
        units=HB_UNITS,
        reject=HB_REJECT,
        flag=HB_FLAG,
        molar=codes("59260-0"),
        massive=codes("718-7", "20509-6"),
        blood_count=True,
    ),
    Analyte(
        id="hb_blood_gas",
        title="Hemoglobin from a blood gas analyzer",
        section="blood_count",
        unit="g/L",
        slug="g_l",
        loinc=("30313-1", "30350-3"),  # m; used only where there is no blood count
        units=HB_UNITS,
        reject=HB_REJECT,
        flag=HB_FLAG,
        massive=codes("30313-1", "30350-3"),
    ),
    Analyte(
        id="hct",
        title="Hematocrit",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("4544-3", "20570-8", "4545-0", "48703-3"),  # a automated; V mCODE; m spun; m estimated
        units=units(("%", "1"), ("fraction", "100"), ("L/L", "100"), ("vol%", "1")),
        reject=Limits(below=5, above=80),
        flag=Limits(below=12, above=65),
        blood_count=True,
    ),
    Analyte(
        id="rbc",
        title="Red cell count",
        section="blood_count",
        unit="10*12/L",
        slug="10e12_l",
        loinc=("789-8", "26453-1", "790-6"),  # a; m; m manual
        # G/L is a slip for T/L (RBC_UNIT_SLIP)
        units=units(
            ("10*12/L", "1"), ("10*6/uL", "1"), ("/uL", "0.000001"), ("10*4/uL", "0.01"), ("G/L", "1")
        ),
        reject=Limits(below=0.5, above=9),
        flag=Limits(below=1.2, above=8),
        blood_count=True,
    ),
    Analyte(
        id="mcv",
        title="Mean corpuscular volume",
        section="blood_count",
        unit="fL",
        slug="fl",
        loinc=("787-2", "30428-7"),  # a; m
        units=units(("fL", "1"), ("um3", "1")),
        reject=Limits(below=40, above=150),
        flag=Limits(below=50, above=130),
        blood_count=True,
    ),
    Analyte(
        id="mch",
        title="Mean corpuscular hemoglobin",
        section="blood_count",
        unit="pg",
        slug="pg",
        loinc=("785-6", "28539-5", "59468-9"),  # a; m; a moles
        units=units(("pg", "1"), ("fmol", "16.114")),
        reject=Limits(below=10, above=50),
        flag=Limits(below=14, above=42),
        molar=codes("59468-9"),
        massive=codes("785-6", "28539-5"),
        blood_count=True,
    ),
    Analyte(
        id="mchc",
        title="Mean corpuscular hemoglobin concentration",
        section="blood_count",
        unit="g/L",
        slug="g_l",
        loinc=("786-4", "28540-3", "59467-1"),  # a; m; a moles
        units=units(("g/L", "1"), ("g/dL", "10"), ("%", "10"), ("mmol/L", "16.114")),
        reject=Limits(below=150, above=600),
        flag=Limits(below=270, above=370),
        molar=codes("59467-1"),
        massive=codes("786-4", "28540-3"),
        blood_count=True,
    ),
    Analyte(
        id="rdw",
        title="Red cell distribution width (CV)",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("788-0", "30385-9"),  # a; m
        units=PERCENT,
        reject=Limits(below=8, above=40),
        flag=Limits(above=30),
        blood_count=True,
    ),
    Analyte(
        id="rdw_sd",
        title="Red cell distribution width (SD), not used",
        section="blood_count",
        unit="fL",
        slug="fl",
        loinc=("21000-5", "30384-2"),  # both deprecated per source a
        units=units(("fL", "1")),
        blood_count=True,
    ),
    Analyte(
        id="wbc",
        title="White cell count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("6690-2", "26464-8", "804-5"),  # a; m; m
        units=COUNT_UNITS,
        reject=Limits(above=1000),
        flag=Limits(below=0.3, above=200),
        blood_count=True,
    ),
    Analyte(
        id="neut_pct",
        title="Neutrophils, bands included",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("770-8", "26511-6"),  # a; m
        units=PERCENT_OR_FRACTION,
        reject=SHARE,
        blood_count=True,
    ),
    Analyte(
        id="segs_pct",
        title="Segmented neutrophils",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("26505-8", "32200-8", "769-0"),  # m
        units=PERCENT,
        reject=SHARE,
        blood_count=True,
    ),
    Analyte(
        id="bands_pct",
        title="Band neutrophils",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("26508-2", "764-1", "35332-6"),  # m
        units=PERCENT,
        reject=SHARE,
        blood_count=True,
    ),
    Analyte(
        id="anc",
        title="Absolute neutrophil count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("751-8", "26499-4", "753-4"),  # a; m; m manual
        units=COUNT_UNITS,
        reject=Limits(above=500),
        flag=Limits(below=0.1),
        blood_count=True,
    ),
    Analyte(
        id="alc",
        title="Absolute lymphocyte count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("731-0", "26474-7"),  # a; m
        units=COUNT_UNITS,
        reject=PART_OF_LEUKOCYTES,
        alert=Alert("ALERT_LYMPHO", 5.0),
        blood_count=True,
    ),
    Analyte(
        id="mono",
        title="Absolute monocyte count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("742-7", "26484-6"),  # a; m
        units=COUNT_UNITS,
        reject=PART_OF_LEUKOCYTES,
        blood_count=True,
    ),
    Analyte(
        id="mono_pct",
        title="Monocytes",
        section="blood_count",
        unit="%",
        slug="pct",
        loinc=("5905-5",),  # a
        units=PERCENT,
        reject=SHARE,
        blood_count=True,
    ),
    Analyte(
        id="plt",
        title="Platelet count",
        section="blood_count",
        unit="10*9/L",
        slug="10e9_l",
        loinc=("777-3", "26515-7", "778-1"),  # a; m; m manual
        units=COUNT_UNITS,
        reject=Limits(above=3000),
        flag=Limits(below=10, above=1000),
        blood_count=True,
    ),
    Analyte(
        id="mpv",
        title="Mean platelet volume, not used",
        section="blood_count",
        unit="fL",
        slug="fl",
        loinc=("32623-1",),  # a
        units=units(("fL", "1"), ("um3", "1")),
        blood_count=True,
    ),
)
