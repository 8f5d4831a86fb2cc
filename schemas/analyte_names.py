"""What laboratories call the analytes: used for suggestions only.

No row is mapped by these names: `hemacohort codes review` uses it to suggest what a local code may be, and a person decides.
Names are lower case, in several languages; they are the project's own and unreviewed.
"""

from __future__ import annotations

from collections.abc import Mapping


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


ANALYTE_NAMES: Mapping[str, tuple[str, ...]] = {
    "hb": _names("hemoglobin, hgb, hb, hgb total, hemoglobine, hemoglobina, hamoglobin, emoglobina, hb bld"),
    "hct": _names("hematocrit, hct, ht, pcv, packed cell volume, hamatokrit, hematocrite, hematocrito"),
    "rbc": _names(
        "erythrocytes, rbc, red blood cells, red blood cell count, red cell count, erythrozyten, eritrocitos, hematies"
    ),
    "mcv": _names(
        "mcv, mean corpuscular volume, mean cell volume, vcm, vgm, erythrocyte mean corpuscular volume"
    ),
    "mch": _names(
        "mch, mean corpuscular hemoglobin, mean cell hemoglobin, hcm, tcmh, ccmh pg, erythrocyte mean corpuscular hemoglobin"
    ),
    "mchc": _names(
        "mchc, mean corpuscular hemoglobin concentration, mean cell hemoglobin concentration, chcm, ccmh, erythrocyte mean corpuscular hemoglobin concentration"
    ),
    "rdw": _names(
        "rdw, rdw cv, red cell distribution width, red blood cell distribution width, erythrocyte distribution width, ide, evb"
    ),
    "rdw_sd": _names("rdw sd, red cell distribution width sd"),
    "wbc": _names(
        "leukocytes, wbc, white blood cells, white blood cell count, white cell count, leukozyten, leucocitos, leucocytes, leuko"
    ),
    "neut_pct": _names("neutrophils, neutrophils percent, neut, neu, neutrophile, neutrofilos, granulocytes"),
    "segs_pct": _names("segmented neutrophils, segs, segmentkernige, neutrophils segmented, polys"),
    "bands_pct": _names(
        "band neutrophils, bands, stab neutrophils, stabkernige, neutrophils band, band form neutrophils"
    ),
    "anc": _names(
        "neutrophils absolute, absolute neutrophil count, anc, abs neutrophils, neutrophil count, neutrophils, neut, neu, neut abs, granulocytes absolute"
    ),
    "alc": _names(
        "lymphocytes absolute, absolute lymphocyte count, alc, abs lymphocytes, lymphocyte count, lymphocytes, lymph, lym, lymphozyten"
    ),
    "mono": _names("monocytes absolute, absolute monocyte count, abs monocytes, monocytes, mono, monozyten"),
    "mono_pct": _names("monocytes, monocytes percent, mono, monozyten"),
    "plt": _names(
        "platelets, plt, platelet count, thrombocytes, thrombozyten, plaquetas, plaquettes, piastrine, thrombo"
    ),
    "mpv": _names("mpv, mean platelet volume"),
    "blasts_pct": _names("blasts, blast cells, blasten, blasts percent"),
    "blasts_abs": _names("blasts absolute, blast count"),
    "myelocytes_pct": _names("myelocytes, metamyelocytes, promyelocytes"),
    "ig_pct": _names("immature granulocytes, ig, immature granulocytes percent"),
    "ig_abs": _names("immature granulocytes absolute, ig absolute, immature granulocytes"),
    "nrbc": _names("nucleated red blood cells, nrbc, nucleated rbc, normoblasts, erythroblasts"),
    "nrbc_abs": _names("nucleated red blood cells absolute, nrbc absolute, nrbc"),
    "plt_clumps": _names("platelet clumps, clumped platelets"),
    "plt_citrate": _names(
        "platelets citrate, platelet count citrate, thrombozyten citrat, citrate platelets"
    ),
    "smear_leb": _names("leukoerythroblastic film, leukoerythroblastic picture"),
    "retic_pct": _names(
        "reticulocytes, retic, reticulocytes percent, retikulozyten, reticulocitos, reticulocyte percentage, ret"
    ),
    "retic_abs": _names(
        "reticulocytes absolute, absolute reticulocyte count, reticulocyte count, reticulocytes, retic, retikulozyten, ret"
    ),
    "rpi": _names("reticulocyte production index, rpi"),
    "irf": _names("immature reticulocyte fraction, irf"),
    "chr": _names(
        "reticulocyte hemoglobin, ret he, chr, reticulocyte hemoglobin content, reticulocyte hemoglobin equivalent"
    ),
    "hypo_pct": _names("hypochromic red cells, hypochromic erythrocytes, hypo he, hypochromic percent"),
    "ferritin": _names("ferritin, ferr, ferritina, ferritine, fer"),
    "iron": _names("iron, fe, serum iron, eisen, hierro, fer serique, sideremia"),
    "tibc": _names("total iron binding capacity, tibc, iron binding capacity, eisenbindungskapazitat"),
    "uibc": _names("unsaturated iron binding capacity, uibc, latent iron binding capacity"),
    "transferrin": _names("transferrin, trf, transferrina, transferrine"),
    "tsat": _names(
        "transferrin saturation, tsat, iron saturation, transferrin iron saturation, transferrinsattigung, iron percent saturation, saturation of transferrin"
    ),
    "stfr": _names("soluble transferrin receptor, stfr, transferrin receptor soluble, transferrin receptor"),
    "hepcidin": _names("hepcidin"),
    "zpp": _names("zinc protoporphyrin, zpp, zinc protoporphyrin heme ratio"),
    "crp": _names(
        "c reactive protein, crp, hs crp, hscrp, c reactive protein high sensitivity, crp high sensitivity, cardiac crp, proteina c reactiva, proteine c reactive, c reaktives protein"
    ),
    "agp": _names("alpha 1 acid glycoprotein, orosomucoid, agp, acid glycoprotein"),
    "esr": _names("erythrocyte sedimentation rate, esr, sed rate, sedimentation rate, bsg, bks, vsg, vhs"),
    "creatinine": _names("creatinine, crea, creat, kreatinin, creatinina, cr"),
    "egfr": _names(
        "estimated glomerular filtration rate, egfr, glomerular filtration rate, gfr, estimated gfr, egfr ckd epi, dfg"
    ),
    "b12": _names("vitamin b12, b12, cobalamin, cobalamine, vit b12, cyanocobalamin, vitamina b12"),
    "folate": _names("folate, folic acid, fol, serum folate, folsaure, acido folico, acide folique"),
    "rbc_folate": _names("red cell folate, rbc folate, erythrocyte folate, folate rbc, folate erythrocytes"),
    "mma": _names("methylmalonic acid, mma, methylmalonate"),
    "homocysteine": _names("homocysteine, hcy, homocystein, homocisteina"),
    "tsh": _names("thyroid stimulating hormone, tsh, thyrotropin, thyreotropin"),
    "ldh": _names("lactate dehydrogenase, ldh, ld, laktatdehydrogenase"),
    "haptoglobin": _names("haptoglobin, hapto, hpt, haptoglobina"),
    "bilirubin": _names(
        "bilirubin, bilirubin total, total bilirubin, tbil, bilirubina total, bilirubine totale"
    ),
    "bilirubin_indirect": _names("indirect bilirubin, bilirubin indirect, unconjugated bilirubin, ibil"),
    "lead": _names("lead, pb, lead level, blei, plomo, plomb"),
    "copper": _names("copper, cu, kupfer, cobre, cuivre"),
    "zinc": _names("zinc, zn, zink"),
    "epo": _names("erythropoietin, epo, eritropoyetina"),
    "mprotein": _names("monoclonal protein, m protein, m spike, paraprotein, monoclonal spike"),
    "albumin": _names("albumin, alb, albumina, albumine"),
    "hba2": _names("hemoglobin a2, hba2, hb a2"),
    "marrow_iron_grade": _names("marrow iron, iron stain marrow, marrow iron grade"),
    "marrow_particles": _names("marrow particles, marrow spicules"),
    "ring_sideroblasts": _names("ring sideroblasts, ringed sideroblasts"),
    "sf3b1": _names("sf3b1, sf3b1 mutation"),
    "marrow_cellularity": _names("marrow cellularity, bone marrow cellularity"),
    "marrow_blasts": _names("marrow blasts, bone marrow blasts"),
}
"""Names by analyte; an analyte without an entry is never suggested."""


OTHER_MATERIAL = frozenset(
    (
        "urine ur urin orina urinary csf liquor spinal fluid pleural ascites ascitic peritoneal synovial stool feces "
        "fecal fluid marrow bal sweat saliva dialysate cord semen drainage tissue hair"
    ).split()
)
"""Words for materials in which no rule looks for an analyte."""

OTHER_TEST = frozenset(
    (
        "a1c hba1c glycated glycosylated glyco clearance ratio antibody antibodies ab igg igm index fetal f s c variant "
        "electrophoresis free carboxy methemoglobin glucan target goal comment interpretation excretion 24h delta "
        "prealbumin microalbumin calculated delivery receptor carbohydrate deficient cdt direct conjugated protein "
        "neonatal reagent crossmatch distribution large giant immature fraction surface autoantibody mutation gene indirect unconjugated morphology"
    ).split()
)
"""Words that make another test of a name, unless they belong to the name itself."""

FILLERS = frozenset(
    (
        "serum plasma blood whole bld ser plas venous capillary arterial edta heparin test lab level result quantitative "
        "automated auto manual measured by of in the and for p b vb poct stat total tot conc mass vol value lvl"
    ).split()
)
"""Words that say nothing of what is measured."""
