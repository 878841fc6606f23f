"""Worked reviews of a whole list, written to be read by a pharmacist: who takes what, what must be said, and from where.

What is expected was read in the source named with it, never copied from the program's output. A source that was not opened
is called recalled, and nothing expected from it sets a dose. ``docs/reference/review-cases.md`` is made from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One thing that must be said. Fields left at None are not compared.

    ``by`` is a body (CPIC, DPWG), or the cause of a review's alert (pair, qt, age, exposure).
    """

    drug: str
    by: str
    action: str
    severity: str
    basis: str = "genetic"
    says: str | None = None
    source: str


@dataclass(frozen=True, kw_only=True)
class ReviewCase:
    """One person's list and what must come of it."""

    number: str
    title: str
    medicines: Mapping[str, str]  #: name -> dose and interval as ``40 mg every 24 h``, or empty
    genes: Mapping[str, str] = field(default_factory=dict)
    indication: str | None = None
    age: int = 55
    expected: tuple[Expected, ...]
    exposure: Mapping[str, tuple[float, float]] = field(default_factory=dict)  #: drug -> bounds of the ratio, from studies
    exposure_source: str = ""
    activity: Mapping[str, str] = field(default_factory=dict)  #: enzyme -> phenotype as it works today


FDA_PPI = "FDA label change of October and November 2012, ucm327922"
DPWG = "DPWG, annotated by ClinPGx on 2024-03-25"
MHRA = "MHRA Drug Safety Update, August 2012"
FDA_CITALOPRAM = "FDA's revised recommendations of March 2012, as reported by the American College of Physicians"

CASES: tuple[ReviewCase, ...] = (
    ReviewCase(
        number="1", title="Clopidogrel with omeprazole in a CYP2C19 *1/*2 carrier", indication="acute coronary syndrome, PCI",
        medicines={"clopidogrel": "75 mg every 24 h", "omeprazole": "20 mg every 24 h"}, genes={"CYP2C19": "*1/*2"},
        expected=(
            Expected(drug="clopidogrel", by="CPIC", action="avoid", severity="critical", source="PMID 35034351"),
            Expected(drug="omeprazole", by="pair", action="avoid", severity="warning", says="clopidogrel does", source=FDA_PPI),
        ),
    ),
    ReviewCase(
        number="2", title="Codeine with paroxetine in a CYP2D6 normal metabolizer",
        medicines={"codeine": "30 mg every 6 h", "paroxetine": "20 mg every 24 h"}, genes={"CYP2D6": "*1/*1"},
        expected=(
            Expected(drug="codeine", by="CPIC", action="standard", severity="info", source="PMID 33387367"),
            Expected(
                drug="codeine", by="CPIC", action="avoid", severity="critical", basis="as_taken",
                source="PMID 33387367; a strong inhibitor sets the score to 0 (Cicali 2021, at second hand)",
            ),
        ),
        activity={"CYP2D6": "Poor Metabolizer"},
    ),
    ReviewCase(
        number="3", title="Simvastatin with clarithromycin, SLCO1B1 poor function",
        medicines={"simvastatin": "40 mg every 24 h", "clarithromycin": "500 mg every 12 h"}, genes={"SLCO1B1": "*5/*5"},
        expected=(
            Expected(drug="simvastatin", by="pair", action="contraindicated", severity="critical", says="muscle", source=MHRA),
            Expected(drug="simvastatin", by="CPIC", action="alternative", severity="warning", source="PMID 35152405"),
        ),
        exposure={"simvastatin": (5.0, 40.0)},
        exposure_source="simvastatin with posaconazole or ketoconazole: 10.3 to 12.6 times (observed_exposure)",
    ),
    ReviewCase(
        number="4", title="Warfarin with amiodarone, CYP2C9 *2/*3",
        medicines={"warfarin": "5 mg every 24 h", "amiodarone": "200 mg every 24 h"}, genes={"CYP2C9": "*2/*3"},
        expected=(
            Expected(drug="warfarin", by="pair", action="monitor", severity="warning", says="INR", source="recalled"),
            Expected(drug="warfarin", by="CPIC", action="algorithm", severity="warning", source="PMID 28198005"),
        ),
        exposure={"warfarin": (1.5, 8.0)}, exposure_source="recalled: both lower the clearance of S-warfarin",
    ),
    ReviewCase(
        number="5", title="Tacrolimus in a CYP3A5 expresser on voriconazole",
        medicines={"tacrolimus": "3 mg every 12 h", "voriconazole": "200 mg every 12 h"}, genes={"CYP3A5": "*1/*3"},
        expected=(
            Expected(drug="tacrolimus", by="CPIC", action="increase", severity="warning", source="PMID 25801146"),
            Expected(drug="tacrolimus", by="pair", action="reduce", severity="warning", says="tacrolimus", source="recalled"),
        ),
        exposure={"tacrolimus": (1.0, 5.0)},
        exposure_source="tacrolimus with posaconazole 4.58 times (observed_exposure); an expresser starts below a typical person",
    ),
    ReviewCase(
        number="6", title="Metoprolol poor metabolizer with verapamil",
        medicines={"metoprolol": "100 mg every 12 h", "verapamil": "80 mg every 8 h"}, genes={"CYP2D6": "*4/*4"},
        expected=(
            Expected(drug="verapamil", by="pair", action="avoid", severity="warning", says="heart", source="recalled"),
            Expected(drug="metoprolol", by="DPWG", action="titrate", severity="warning", source=DPWG),
        ),
        exposure={"metoprolol": (3.0, 8.0)},
        exposure_source="metoprolol where CYP2D6 is blocked by paroxetine: 3.6 to 4.3 times (Stout 2011, PMID 20400652)",
    ),
    ReviewCase(
        number="7", title="Citalopram 40 mg at 70 years on omeprazole", age=70,
        medicines={"citalopram": "40 mg every 24 h", "omeprazole": "20 mg every 24 h"}, genes={"CYP2C19": "*1/*1"},
        expected=(
            Expected(drug="citalopram", by="age", action="cap", severity="warning", says="20 mg", source=FDA_CITALOPRAM),
            Expected(
                drug="citalopram", by="dose limit with other medicines", action="cap", severity="warning", says="20 mg",
                source=FDA_CITALOPRAM,
            ),
        ),
        exposure={"citalopram": (1.1, 2.2)}, exposure_source="escitalopram with omeprazole 1.51 times (observed_exposure)",
    ),
    ReviewCase(
        number="8", title="Lithium with an ACE inhibitor",
        medicines={"lithium carbonate": "300 mg every 8 h", "lisinopril": "10 mg every 24 h"},
        expected=(
            Expected(
                drug="lithium", by="pair", action="monitor", severity="warning", says="measure its level",
                source="Australian Prescriber, lithium therapy and its interactions",
            ),
        ),
    ),
    ReviewCase(
        number="9", title="Methadone with QT drugs",
        medicines={"methadone": "40 mg every 24 h", "citalopram": "20 mg every 24 h", "ondansetron": "8 mg every 12 h"},
        expected=(
            Expected(
                drug="methadone", by="qt", action="avoid", severity="warning", says="ECG",
                source="CiPA (ondansetron intermediate); Curr Cardiol Rev 2016;12:141 (citalopram); methadone recalled",
            ),
        ),
    ),
    ReviewCase(
        number="10", title="A fluoropyrimidine before the DPYD test", indication="colorectal cancer",
        medicines={"capecitabine": "1500 mg every 12 h"},
        expected=(
            Expected(
                drug="capecitabine", by="CPIC", action="test", severity="warning", says="test DPYD first", source="PMID 29152729"
            ),
        ),
    ),
)  # fmt: skip
