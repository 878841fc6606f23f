"""The formulas of the liver: Child-Pugh, MELD and its successors, ALBI."""

from collections.abc import Iterator
from typing import Final

from garrod.physiology import hepatic
from garrod.physiology import liver_scores as scores
from garrod.physiology.formula import Basis, Formula, Given, Needs, Reading, Worked
from garrod.physiology.limits import ADULT_YEARS
from garrod.physiology.writing import n

POINTS: Final = "points"
ADULT_IF_KNOWN: Final = Needs(
    "age",
    lowest=ADULT_YEARS,
    studied="adults of 18 years and more",
    instead="ask for a score made from children (PELD)",
    missing="",
)
DIALYSIS: Final = Needs(
    "dialysis",
    missing="dialysis was not given and taken as no: after dialysis twice within the week creatinine counts as the highest",
)
LABORATORY: Final = (Needs("bilirubin"), Needs("inr"), Needs("creatinine"))
ANTICOAGULANT: Final = "under a vitamin K antagonist the INR does not speak of the liver"


def _child_pugh(given: Given) -> Worked:
    signs = {name: given.words[name] for name in ("ascites", "encephalopathy")}
    points = hepatic.child_pugh_items(
        bilirubin_mg_dl=given["bilirubin"],
        albumin_g_dl=given["albumin"],
        inr=given["inr"],
        ascites=hepatic.Ascites(signs["ascites"]),
        encephalopathy=hepatic.Encephalopathy(signs["encephalopathy"]),
    )
    total = sum(points.values())
    named = ", ".join(f"{name} {count}" for name, count in points.items())
    step = " + ".join(str(count) for count in points.values())
    return Worked(total, (f"points: {named}", step), remark=f"class {hepatic.child_pugh_class(total)}")


def _counted(given: Given, most: float) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the laboratory as a score counts it, and what is said of each value that counts as another."""
    on_dialysis = given.is_yes("dialysis")
    counted = {
        "creatinine": scores.counted_creatinine(given["creatinine"], on_dialysis=on_dialysis, most=most),
        "bilirubin": max(given["bilirubin"], scores.LEAST),
        "inr": max(given["inr"], scores.LEAST),
    }
    if "sodium" in given.numbers:
        counted["sodium"] = scores.within(given["sodium"], scores.SODIUM_MMOL_L)
    if "albumin" in given.numbers:
        counted["albumin"] = scores.within(given["albumin"], scores.MELD_3_ALBUMIN_G_DL)
    return counted, tuple(_said(given, counted))


def _said(given: Given, counted: dict[str, float]) -> Iterator[str]:
    for name, value in counted.items():
        if value != given[name]:
            yield f"{name} counts as {value:g}" + (" (dialysis)" if name == "creatinine" and given.is_yes("dialysis") else "")


def _meld_step(counted: dict[str, float]) -> str:
    return (
        f"min(40, round(10 × (0.957 × ln({n(counted['creatinine'])}) + 0.378 × ln({n(counted['bilirubin'])}) "
        f"+ 1.12 × ln({n(counted['inr'])}) + 0.643)))"
    )


def _meld(given: Given) -> Worked:
    counted, said = _counted(given, scores.MELD_MOST_CREATININE)
    return Worked(_meld_value(given), (_meld_step(counted),), said)


def _meld_value(given: Given) -> int:
    return scores.meld(
        bilirubin_mg_dl=given["bilirubin"],
        inr=given["inr"],
        creatinine_mg_dl=given["creatinine"],
        on_dialysis=given.is_yes("dialysis"),
    )


def _meld_na(given: Given) -> Worked:
    counted, said = _counted(given, scores.MELD_MOST_CREATININE)
    first = _meld_value(given)
    value = scores.meld_na(
        bilirubin_mg_dl=given["bilirubin"],
        inr=given["inr"],
        creatinine_mg_dl=given["creatinine"],
        sodium_mmol_l=given["sodium"],
        on_dialysis=given.is_yes("dialysis"),
    )
    if first <= scores.SODIUM_COUNTS_ABOVE:
        return Worked(value, (_meld_step(counted),), (*said, "sodium does not count: MELD is not above 11"))
    lack = f"(137 - {n(counted['sodium'])})"
    step = f"min(40, round({first} + 1.32 × {lack} - 0.033 × {first} × {lack}))"
    return Worked(value, (f"MELD = {_meld_step(counted)} = {first}", step), said)


def _meld_3(given: Given) -> Worked:
    counted, said = _counted(given, scores.MELD_3_MOST_CREATININE)
    value = scores.meld_3(
        bilirubin_mg_dl=given["bilirubin"],
        inr=given["inr"],
        creatinine_mg_dl=given["creatinine"],
        sodium_mmol_l=given["sodium"],
        albumin_g_dl=given["albumin"],
        sex=given.sex,
        on_dialysis=given.is_yes("dialysis"),
    )
    bilirubin, creatinine = f"ln({n(counted['bilirubin'])})", f"ln({n(counted['creatinine'])})"
    sodium, albumin = f"(137 - {n(counted['sodium'])})", f"(3.5 - {n(counted['albumin'])})"
    step = (
        f"round({'1.33 + ' if given.sex == 'female' else ''}4.56 × {bilirubin} + 0.82 × {sodium} - 0.24 × {sodium} × {bilirubin} "
        f"+ 9.09 × ln({n(counted['inr'])}) + 11.14 × {creatinine} + 1.85 × {albumin} - 1.83 × {albumin} × {creatinine} + 6)"
    )
    return Worked(value, (step,), said)


def _albi(given: Given) -> Worked:
    value = scores.albi(bilirubin_mg_dl=given["bilirubin"], albumin_g_dl=given["albumin"])
    molar = given["bilirubin"] * scores.BILIRUBIN_UMOL_L_PER_MG_DL
    step = f"0.66 × log10({n(molar)}) - 0.085 × {n(10 * given['albumin'])}"
    return Worked(value, (step,), remark=f"grade {scores.albi_grade(value)}")


LIVER_FORMULAS: Final = (
    Formula(
        name="child-pugh",
        title="Child-Pugh points and class",
        law="1 to 3 points each for bilirubin (below 2, to 3, above 3 mg/dL), albumin (above 3.5, from 2.8, below 2.8 g/dL), "
        "INR (below 1.7, to 2.3, above 2.3), ascites (none, mild, moderate) and encephalopathy (none, grade 1-2, grade 3-4); "
        "class A 5 and 6, B 7 to 9, C 10 to 15",
        needs=(Needs("bilirubin"), Needs("albumin"), Needs("inr"), Needs("ascites"), Needs("encephalopathy"), ADULT_IF_KNOWN),
        unit=POINTS,
        basis=Basis.SCORE,
        population="adults with cirrhosis",
        sources=("Pugh RN and others. Br J Surg 1973;60:646-649. doi:10.1002/bjs.1800600817 (with prothrombin time)",),
        reading=Reading.READ_TWICE,
        read_at="a table of Cleveland Clinic J Med (ccjm.org 12320), and one on scribd.com; the paper was not opened",
        work=_child_pugh,
        notes=(
            ANTICOAGULANT,
            "in cholestatic disease bilirubin has other limits, which are not used here",
            "some tables (Harrison's, PMC3017746) put the lower limit of albumin at 3.0 g/dL: "
            "between 2.8 and 3.0 they give one point more",
        ),
        digits=0,
    ),
    Formula(
        name="meld",
        title="MELD",
        law="10 × (0.957 × ln(creatinine) + 0.378 × ln(bilirubin) + 1.12 × ln(INR) + 0.643), rounded, at most 40; "
        "each value counts as at least 1, creatinine as at most 4",
        needs=(*LABORATORY, DIALYSIS, ADULT_IF_KNOWN),
        unit=POINTS,
        basis=Basis.SCORE,
        population="adults with chronic liver disease",
        sources=("Kamath PS and others. Hepatology 2001;33:464-470. doi:10.1053/jhep.2001.22172",),
        reading=Reading.READ_TWICE,
        read_at="qxmd.com (calculator 359), and the pages of two R packages (cliot, transplantr)",
        work=_meld,
        notes=(ANTICOAGULANT, "a prognosis, and a rank on a waiting list; no label's liver class is defined by it"),
        digits=0,
    ),
    Formula(
        name="meld-na",
        title="MELD-Na, as transplant allocation of 2016 counted it",
        law="MELD + 1.32 × (137 - sodium) - 0.033 × MELD × (137 - sodium) where MELD is above 11, rounded, at most 40; "
        "sodium counts from 125 to 137",
        needs=(*LABORATORY, Needs("sodium"), DIALYSIS, ADULT_IF_KNOWN),
        unit=POINTS,
        basis=Basis.SCORE,
        population="adults with chronic liver disease",
        sources=(
            "Kim WR and others. N Engl J Med 2008;359:1018-1026. doi:10.1056/NEJMoa0801209 (another form of the sodium term)",
            "OPTN Policy 9.1 of January 2016",
        ),
        reading=Reading.READ_TWICE,
        read_at="qxmd.com (calculator 359) and tools.gera.services/meld-score; that sodium counts above 11, the R package cliot",
        work=_meld_na,
        notes=(ANTICOAGULANT, "a prognosis, and a rank on a waiting list; superseded in the USA by meld-3 in 2023"),
        digits=0,
    ),
    Formula(
        name="meld-3",
        title="MELD 3.0",
        law="1.33 for women + 4.56 × ln(bilirubin) + 0.82 × (137 - sodium) - 0.24 × (137 - sodium) × ln(bilirubin) "
        "+ 9.09 × ln(INR) + 11.14 × ln(creatinine) + 1.85 × (3.5 - albumin) - 1.83 × (3.5 - albumin) × ln(creatinine) + 6, "
        "rounded; creatinine counts from 1 to 3, sodium from 125 to 137, albumin from 1.5 to 3.5, bilirubin and INR from 1",
        needs=(Needs("sex"), *LABORATORY, Needs("sodium"), Needs("albumin"), DIALYSIS, ADULT_IF_KNOWN),
        unit=POINTS,
        basis=Basis.SCORE,
        population="adults with chronic liver disease; from 12 to 17 years the 1.33 goes to everyone, which is not done here",
        sources=("Kim WR and others. Gastroenterology 2021;161:1887-1895. doi:10.1053/j.gastro.2021.08.050",),
        reading=Reading.READ_ONCE,
        read_at="staging.patientnotes.ai (all of it) and modelling.cds-platform.com (up to albumin); the paper's abstract",
        work=_meld_3,
        notes=(ANTICOAGULANT, "it has no highest value of its own; allocation may stop at 40"),
        digits=0,
    ),
    Formula(
        name="albi",
        title="ALBI score and grade",
        law="0.66 × log10(bilirubin in umol/L) - 0.085 × albumin in g/L; grade 1 up to -2.60, 2 up to -1.39, 3 above",
        needs=(Needs("bilirubin"), Needs("albumin"), ADULT_IF_KNOWN),
        unit=POINTS,
        basis=Basis.SCORE,
        population="adults with hepatocellular carcinoma",
        sources=("Johnson PJ and others. J Clin Oncol 2015;33:550-558. doi:10.1200/JCO.2014.57.9151",),
        reading=Reading.READ_ONCE,
        read_at="aihaoyisheng.com/en/tools/albi; the paper was not opened",
        work=_albi,
        digits=2,
    ),
)
