"""Worked cases, written to be read by a pharmacist: who the person is, what the guideline says, and from where.

What is expected was read in the guideline (or in the design notes that read it), never copied from the program's output.
``docs/reference/worked-cases.md`` is made from this list; a test keeps the two the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one statement must say. Fields left at None are not compared.

    ``doses`` holds lines such as ``start 0.5``, ``maintenance 0.3-0.8``, ``all 400 mg/d``, ``all < 20 mg/d``,
    ``start 1.5-2 <= 0.3 mg/kg/d``.
    """

    action: str
    strength: str | None = None
    doses: tuple[str, ...] | None = None
    instead: frozenset[str] = frozenset()
    avoid_also: frozenset[str] = frozenset()
    watch: frozenset[str] = frozenset()
    fallback: str | None = None  #: the action allowed where the first is impossible
    fallback_doses: tuple[str, ...] | None = None
    indication: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One person, one drug, one body's word."""

    number: str
    title: str
    drug: str
    genes: Mapping[str, str]  #: gene -> a laboratory's diplotype, allele status or phenotype
    said: tuple[Said, ...]
    source: str
    body: str = "CPIC"
    indication: str | None = None
    age: int = 55
    weight_kg: float = 70
    taken_days: int | None = 5  #: how long it has been taken; None: it is not in the list
    remark: str = ""


PCI = "acute coronary syndrome, PCI"
CASES: tuple[Case, ...] = (
    Case(
        number="1a", title="Clopidogrel after a stent, CYP2C19 poor metabolizer", drug="clopidogrel", indication=PCI,
        genes={"CYP2C19": "*2/*2"}, source="PMID 35034351",
        said=(Said(action="avoid", strength="strong", instead=frozenset({"prasugrel", "ticagrelor"})),),
    ),
    Case(
        number="1b", title="Clopidogrel after a stent, CYP2C19 intermediate metabolizer", drug="clopidogrel", indication=PCI,
        genes={"CYP2C19": "*1/*2"}, source="PMID 35034351",
        said=(Said(action="avoid", strength="strong", instead=frozenset({"prasugrel", "ticagrelor"})),),
    ),
    Case(
        number="1c", title="Clopidogrel after a stent, CYP2C19 normal metabolizer", drug="clopidogrel", indication=PCI,
        genes={"CYP2C19": "*1/*1"}, source="PMID 35034351", said=(Said(action="standard", strength="strong"),),
    ),
    Case(
        number="1d", title="Clopidogrel after a stroke, CYP2C19 poor metabolizer", drug="clopidogrel", indication="stroke",
        genes={"CYP2C19": "*2/*3"}, source="PMID 35034351", said=(Said(action="avoid", strength="moderate"),),
    ),
    Case(
        number="1e", title="Clopidogrel after a stroke, CYP2C19 intermediate metabolizer", drug="clopidogrel",
        indication="stroke", genes={"CYP2C19": "*1/*2"}, source="PMID 35034351",
        said=(Said(action="alternative", strength="moderate"),),
    ),
    Case(
        number="1f", title="Clopidogrel for claudication, CYP2C19 intermediate metabolizer", drug="clopidogrel",
        indication="peripheral arterial disease", genes={"CYP2C19": "*1/*2"}, source="PMID 35034351",
        said=(Said(action="no_recommendation"),),
    ),
    Case(
        number="1g", title="Clopidogrel after a stent, intermediate metabolizer, in the Dutch group's words",
        drug="clopidogrel", indication=PCI, genes={"CYP2C19": "*1/*2"}, body="DPWG",
        source="DPWG, annotated by ClinPGx on 2024-03-25",
        said=(Said(action="alternative", fallback="increase", instead=frozenset({"prasugrel", "ticagrelor"})),),
        remark="Another medicine, or twice the dose: 150 mg a day after a load of 600 mg.",
    ),
    Case(
        number="2a", title="Warfarin: CPIC sends to a dosing algorithm", drug="warfarin",
        genes={"CYP2C9": "*1/*3", "VKORC1": "rs9923231 reference (C)/rs9923231 variant (T)", "CYP4F2": "*1/*1"},
        source="PMID 28198005", said=(Said(action="algorithm"),),
    ),
    *(
        Case(
            number=f"2{letter}", title=f"Warfarin in the Dutch group's words, CYP2C9 {pair}", drug="warfarin",
            genes={"CYP2C9": pair, "VKORC1": "rs9923231 reference (C)/rs9923231 reference (C)"}, body="DPWG",
            source="DPWG, annotated by ClinPGx on 2024-03-25",
            said=(Said(action="reduce", doses=(f"start {factor}",)), Said(action="no_recommendation")),
        )
        for letter, pair, factor in (
            ("b", "*1/*3", "0.65"), ("c", "*2/*2", "0.65"), ("d", "*2/*3", "0.45"), ("e", "*3/*3", "0.2")
        )
    ),
    Case(
        number="2f", title="Warfarin in the Dutch group's words, VKORC1 -1639 AA", drug="warfarin",
        genes={"CYP2C9": "*1/*1", "VKORC1": "rs9923231 variant (T)/rs9923231 variant (T)"}, body="DPWG",
        source="DPWG, annotated by ClinPGx on 2024-03-25",
        said=(Said(action="reduce", doses=("start 0.6",)), Said(action="no_recommendation")),
    ),
    *(
        Case(
            number=f"3{letter}", title=f"Capecitabine, DPYD activity score {score}", drug="capecitabine",
            genes={"DPYD": call}, source="PMID 29152729", said=(said,),
        )
        for letter, score, call, said in (
            ("a", "2", "Reference/Reference", Said(action="standard", strength="strong")),
            ("b", "1.5", "Reference/c.2846A>T", Said(action="reduce", strength="moderate", doses=("start 0.5",))),
            ("c", "1", "Reference/c.1905+1G>A (*2A)", Said(action="reduce", strength="strong", doses=("start 0.5",))),
            ("d", "0.5", "c.1905+1G>A (*2A)/c.2846A>T", Said(action="avoid", strength="strong", fallback="reduce")),
            ("e", "0", "c.1905+1G>A (*2A)/c.1905+1G>A (*2A)", Said(action="avoid", strength="strong")),
        )
    ),
    Case(
        number="4a", title="Mercaptopurine for leukemia, TPMT intermediate, NUDT15 normal", drug="mercaptopurine",
        indication="acute lymphoblastic leukemia", genes={"TPMT": "*1/*3A", "NUDT15": "*1/*1"}, age=9, weight_kg=30,
        source="PMID 30447069",
        said=(
            Said(action="reduce", strength="strong", doses=("start 0.3-0.8", "start 22.5-60 mg/m2/d", "start 0.45-1.2 mg/kg/d")),
        ),
        remark="No cut where the usual start is already below 75 mg/m2 or 1.5 mg/kg a day.",
    ),
    Case(
        number="4b", title="Mercaptopurine for leukemia, TPMT poor", drug="mercaptopurine",
        indication="acute lymphoblastic leukemia", genes={"TPMT": "*3A/*3A", "NUDT15": "*1/*1"}, age=9, weight_kg=30,
        source="PMID 30447069", said=(Said(action="reduce", strength="strong"),),
        remark="A tenth of the dose, three days a week.",
    ),
    Case(
        number="4c", title="Mercaptopurine for Crohn's disease, TPMT poor", drug="mercaptopurine",
        indication="Crohn's disease", genes={"TPMT": "*3A/*3A", "NUDT15": "*1/*1"}, source="PMID 30447069",
        said=(Said(action="alternative", strength="strong"),),
    ),
    *(
        Case(
            number=f"5{letter}", title=f"Codeine, CYP2D6 {call}", drug="codeine", genes={"CYP2D6": call},
            source="PMID 33387367", said=(said,),
        )
        for letter, call, said in (
            ("a", "*4/*4", Said(action="avoid", strength="strong")),
            ("b", "*4/*41", Said(action="standard", strength="moderate", fallback="alternative")),
            ("c", "*1/*41", Said(action="standard", strength="strong")),
            ("d", "*1x2/*1", Said(action="avoid", strength="strong")),
        )
    ),
    Case(
        number="6a", title="Citalopram, CYP2C19 poor metabolizer", drug="citalopram", genes={"CYP2C19": "*2/*2"},
        source="PMID 37032427", said=(Said(action="alternative", strength="strong", fallback="reduce"),),
        remark="If it is needed all the same: a lower start, slow steps, and half the usual maintenance dose.",
    ),
    Case(
        number="6b", title="Escitalopram, CYP2C19 rapid metabolizer", drug="escitalopram", genes={"CYP2C19": "*1/*17"},
        source="PMID 37032427", said=(Said(action="standard", strength="optional"),),
    ),
    Case(
        number="7a", title="Simvastatin, SLCO1B1 decreased function", drug="simvastatin", genes={"SLCO1B1": "*1/*5"},
        source="PMID 35152405",
        said=(Said(action="alternative", strength="strong", fallback="cap", fallback_doses=("all < 20 mg/d",)),),
    ),
    Case(
        number="7b", title="Simvastatin, SLCO1B1 poor function", drug="simvastatin", genes={"SLCO1B1": "*5/*5"},
        source="PMID 35152405", said=(Said(action="alternative", strength="strong"),),
    ),
    Case(
        number="7c", title="Rosuvastatin, ABCG2 poor and SLCO1B1 poor function", drug="rosuvastatin",
        genes={"ABCG2": "rs2231142 variant (T)/rs2231142 variant (T)", "SLCO1B1": "*5/*5"}, source="PMID 35152405",
        said=(Said(action="cap", strength="optional", doses=("start <= 10 mg/d",)),),
    ),
    Case(
        number="7d", title="Atorvastatin, SLCO1B1 poor function", drug="atorvastatin", genes={"SLCO1B1": "*5/*5"},
        source="PMID 35152405", said=(Said(action="cap", strength="moderate", doses=("start <= 20 mg/d",)),),
    ),
    Case(
        number="8a", title="Abacavir, HLA-B*57:01 positive", drug="abacavir", genes={"HLA-B": "*57:01 positive"},
        source="PMID 24561393", said=(Said(action="contraindicated", strength="strong"),),
    ),
    Case(
        number="8b", title="Abacavir, HLA-B*57:01 negative", drug="abacavir", genes={"HLA-B": "*57:01 negative"},
        source="PMID 24561393", said=(Said(action="standard", strength="strong"),),
    ),
    Case(
        number="8c", title="Abacavir, HLA-B not tested: test first, no green light", drug="abacavir", genes={},
        source="PMID 24561393", said=(Said(action="test"),),
    ),
    Case(
        number="8d", title="Allopurinol, HLA-B*58:01 positive", drug="allopurinol", genes={"HLA-B": "*58:01 positive"},
        source="PMID 26094938", said=(Said(action="contraindicated", strength="strong"),),
    ),
    Case(
        number="9a", title="Phenytoin never taken, HLA-B*15:02 positive, whatever CYP2C9", drug="phenytoin",
        genes={"HLA-B": "*15:02 positive", "CYP2C9": "*1/*1"}, source="PMID 32779747",
        said=(Said(action="avoid", strength="strong"),),
    ),
    Case(
        number="9b", title="Phenytoin, HLA-B*15:02 negative, CYP2C9 score 1", drug="phenytoin",
        genes={"HLA-B": "*15:02 negative", "CYP2C9": "*1/*3"}, source="PMID 32779747",
        said=(Said(action="reduce", strength="moderate", doses=("maintenance 0.75",)),),
    ),
    Case(
        number="9c", title="Phenytoin, HLA-B*15:02 negative, CYP2C9 score 0", drug="phenytoin",
        genes={"HLA-B": "*15:02 negative", "CYP2C9": "*3/*3"}, source="PMID 32779747",
        said=(Said(action="reduce", strength="strong", doses=("maintenance 0.5",)),),
    ),
    Case(
        number="10a", title="Carbamazepine never taken, HLA-B*15:02 positive", drug="carbamazepine",
        genes={"HLA-B": "*15:02 positive", "HLA-A": "*31:01 negative"}, source="PMID 29392710",
        said=(Said(action="avoid", strength="strong"), Said(action="avoid", strength="strong")),
        remark="Said twice: the second holds even where no other medicine is possible.",
    ),
    Case(
        number="10b", title="Carbamazepine taken for a year, HLA-B*15:02 positive", drug="carbamazepine", taken_days=400,
        genes={"HLA-B": "*15:02 positive", "HLA-A": "*31:01 negative"}, source="PMID 29392710",
        said=(Said(action="caution", strength="optional"),),
        remark="Skin reactions come within three months; who took it longer without one may go on, with care.",
    ),
    Case(
        number="11a", title="Efavirenz above 40 kg, CYP2B6 poor metabolizer", drug="efavirenz", genes={"CYP2B6": "*6/*6"},
        source="PMID 31006110", said=(Said(action="fixed_dose", strength="moderate"),),
        remark="400 or 200 mg a day.",
    ),
    Case(
        number="11b", title="Efavirenz above 40 kg, CYP2B6 intermediate metabolizer", drug="efavirenz",
        genes={"CYP2B6": "*1/*6"}, source="PMID 31006110",
        said=(Said(action="fixed_dose", strength="moderate", doses=("start 400 mg/d",)),),
    ),
    Case(
        number="12a", title="Tacrolimus, CYP3A5 intermediate metabolizer (an expresser)", drug="tacrolimus",
        indication="kidney transplant",
        genes={"CYP3A5": "*1/*3"}, source="PMID 25801146",
        said=(
            Said(action="increase", strength="strong", doses=("start 1.5-2 <= 0.3 mg/kg/d",), watch=frozenset({"drug_level"})),
        ),
    ),
    Case(
        number="12b", title="Tacrolimus, CYP3A5 poor metabolizer", drug="tacrolimus",
        indication="kidney transplant", genes={"CYP3A5": "*3/*3"},
        source="PMID 25801146", said=(Said(action="standard", strength="strong"),),
    ),
    Case(
        number="13a", title="Sevoflurane, RYR1 malignant hyperthermia susceptible", drug="sevoflurane",
        genes={"RYR1": "Reference/c.1021G>A", "CACNA1S": "Reference/Reference"}, source="PMID 30499100",
        said=(Said(action="contraindicated", strength="strong"),),
    ),
    Case(
        number="14a", title="Rasburicase, G6PD deficient", drug="rasburicase", genes={"G6PD": "Deficient"},
        source="PMID 36049896", said=(Said(action="avoid", strength="strong"),),
    ),
    Case(
        number="14b", title="Rasburicase, G6PD variable: measure the enzyme first", drug="rasburicase",
        genes={"G6PD": "Variable"}, source="PMID 36049896", said=(Said(action="test", strength="moderate"),),
    ),
    Case(
        number="15", title="Gentamicin, MT-RNR1 increased risk", drug="gentamicin", genes={"MT-RNR1": "m.1555A>G"},
        source="PMID 34032273", said=(Said(action="avoid", strength="strong"),),
    ),
    Case(
        number="16a", title="Voriconazole, adult, CYP2C19 ultrarapid metabolizer", drug="voriconazole",
        genes={"CYP2C19": "*17/*17"}, source="PMID 27981572", said=(Said(action="alternative", strength="moderate"),),
    ),
    Case(
        number="17a", title="Omeprazole, CYP2C19 ultrarapid metabolizer", drug="omeprazole", genes={"CYP2C19": "*17/*17"},
        source="PMID 32770672", said=(Said(action="increase", strength="optional"),),
        remark="The starting dose rises by 50 to 100 %.",
    ),
    Case(
        number="18a", title="Amitriptyline, CYP2D6 ultrarapid", drug="amitriptyline",
        genes={"CYP2D6": "*1x2/*1", "CYP2C19": "*1/*1"}, source="PMID 27997040", said=(Said(action="avoid", strength="strong"),),
    ),
    Case(
        number="18b", title="Amitriptyline, CYP2D6 intermediate, CYP2C19 normal", drug="amitriptyline",
        genes={"CYP2D6": "*4/*41", "CYP2C19": "*1/*1"}, source="PMID 27997040",
        said=(Said(action="reduce", doses=("start 0.75",)),),
    ),
    Case(
        number="19a", title="Ibuprofen, CYP2C9 score 0", drug="ibuprofen", genes={"CYP2C9": "*3/*3"},
        source="PMID 32189324", said=(Said(action="reduce", strength="moderate"),),
        remark="Start at 25 to 50 % of the lowest recommended start, and go to 25 to 50 % of the highest recommended dose.",
    ),
    Case(
        number="20a", title="Tamoxifen, CYP2D6 poor metabolizer", drug="tamoxifen", genes={"CYP2D6": "*4/*4"},
        source="PMID 29385237", said=(Said(action="alternative", strength="strong"),),
    ),
    Case(
        number="20b", title="Atazanavir, UGT1A1 poor metabolizer", drug="atazanavir", genes={"UGT1A1": "*80+*28/*80+*28"},
        source="PMID 26417955", said=(Said(action="alternative", strength="strong"),),
    ),
    Case(
        number="21a", title="Metoprolol, CYP2D6 activity score 1", drug="metoprolol", genes={"CYP2D6": "*1/*4"},
        source="CPIC 2024, as published example reports show it", said=(Said(action="standard", strength="moderate"),),
    ),
    Case(
        number="21b", title="Hydralazine, NAT2 rapid metabolizer", drug="hydralazine", genes={"NAT2": "Rapid Metabolizer"},
        source="CPIC 2025, as published example reports show it", said=(Said(action="fixed_dose", strength="moderate"),),
        remark="A start of at least 75 mg a day in all, up to 300 mg a day as tolerated.",
    ),
    Case(
        number="22a", title="Irinotecan, UGT1A1 poor metabolizer, in the Dutch group's words", drug="irinotecan",
        genes={"UGT1A1": "*80+*28/*80+*28"}, body="DPWG", source="DPWG, annotated by ClinPGx on 2024-03-25",
        said=(Said(action="reduce", doses=("start 0.7",)),),
    ),
    Case(
        number="22b", title="Siponimod, CYP2C9 *3/*3, in the Dutch group's words", drug="siponimod",
        genes={"CYP2C9": "*3/*3"}, body="DPWG", source="DPWG, annotated by ClinPGx on 2024-03-25", said=(Said(action="avoid"),),
    ),
    Case(
        number="22c", title="Siponimod, CYP2C9 *1/*3, in the Dutch group's words", drug="siponimod",
        genes={"CYP2C9": "*1/*3"}, body="DPWG", source="DPWG, annotated by ClinPGx on 2024-03-25",
        said=(Said(action="reduce", doses=("maintenance 0.5",)),),
    ),
)  # fmt: skip
