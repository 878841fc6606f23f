"""What a drug's exposure hangs on: shares of its clearance by pathway, and what moves each pathway. One class a table.

Shares are apparent: they are set so that ratios of the whole exposure (AUC by mouth) come out. For CYP3A they hold the gut
with the liver, so the gut is never counted again.
"""

from dataclasses import dataclass

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.medicines import EnzymeRole
from garrod.model.recommendations import Action, Severity

KIDNEY = "kidney"
#: What a typical liver takes out of the blood in one pass, for a drug whose class alone is known.
EXTRACTION = {"low": 0.1, "medium": 0.4, "high": 0.7}
#: Pathways that are the kidney's own: they scale with its function.
RENAL = frozenset({KIDNEY, "OAT", "OCT2/MATE"})
#: Transporters in gut and liver: each stands in series with the rest, so its ratio multiplies.
TRANSPORTERS = frozenset({"OATP1B1", "BCRP", "P-gp"})


def _ordered(name: str, low: float, value: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: {value:g} is not between its bounds {low:g} and {high:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """How a drug gets in and out, as far as organs go.

    Attributes
    ----------
    f_oral
        Bioavailability, 0 to 1.
    fe
        Share of what is absorbed that leaves unchanged by the kidney, 0 to 1.
    extraction
        Hepatic extraction: low, medium, high.
    """

    drug_id: str
    f_oral: float | None = None
    fe: float | None = None
    extraction: str = "low"
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.extraction not in {"low", "medium", "high"}:
            raise ValueError(f"{self.drug_id}: extraction {self.extraction!r} is not low, medium or high")
        for share in (self.f_oral, self.fe):
            if share is not None and not 0 <= share <= 1.1:
                raise ValueError(f"{self.drug_id}: a share of {share:g} is not between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayShare:
    """The part of a drug's apparent clearance that goes by one pathway; ``rows`` studies set it, 0 where it is recalled."""

    drug_id: str
    pathway: str
    route: str = "any"  #: any, oral, intravenous: a row for the route goes before one for any
    share: float
    low: float
    high: float
    rows: int = 0
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        _ordered(f"{self.drug_id} by {self.pathway}", self.low, self.share, self.high)
        if not (0 < self.share < 1):
            raise ValueError(f"{self.drug_id} by {self.pathway}: a share is between 0 and 1, not {self.share:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierStrength:
    """What a medicine does to a pathway at a dose: an inhibitor takes ``value`` of it, an inducer adds ``value`` times it."""

    drug_id: str
    pathway: str
    role: EnzymeRole
    dose_min_mg_d: float | None = None
    dose_max_mg_d: float | None = None
    value: float
    low: float
    high: float
    rows: int = 0
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        _ordered(f"{self.drug_id} on {self.pathway}", self.low, self.value, self.high)
        if self.role is EnzymeRole.INHIBITOR and not 0 <= self.value < 1:
            raise ValueError(f"{self.drug_id} on {self.pathway}: an inhibitor takes away 0 to 1, not {self.value:g}")
        if not self.value >= 0:
            raise ValueError(f"{self.drug_id} on {self.pathway}: {self.value:g} is below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayActivity:
    """What a genotype, an organ's state or a grade leaves of a pathway, to a typical person's.

    ``cause`` is a gene (``state`` its phenotype or ``score 0.5``), ``liver`` (``state`` a Child-Pugh class, ``pathway`` the
    extraction), ``kidney`` (``state`` a band of GFR, for what the kidney does not clear itself), or a grade.
    """

    cause: str
    state: str
    pathway: str
    activity: float
    low: float
    high: float
    rows: int = 0
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        _ordered(f"{self.cause} {self.state} on {self.pathway}", self.low, self.activity, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTier:
    """What a change of exposure calls for, for drugs with a narrow range and for others; the bounds are ratios."""

    is_narrow: bool
    above: float | None = None
    below: float | None = None
    action: Action
    severity: Severity
    says: str
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.above is None and self.below is None:
            raise ValueError(f"{self.says}: a tier has a bound")
        if self.above is not None and self.below is not None and not self.above < self.below:
            raise ValueError(f"{self.says}: the bounds {self.above:g} to {self.below:g} hold nothing")

    def holds(self, ratio: float) -> bool:
        """Whether a ratio lies in the tier; of a tier that goes up the lower bound counts, of one that goes down the upper."""
        rises = self.above is not None and self.above >= 1
        if rises:
            return (self.above or 0) <= ratio and (self.below is None or ratio < self.below)
        return (self.above is None or self.above < ratio) and (self.below is None or ratio <= self.below)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureNote:
    """What a drug's exposure means: ``narrow`` range of safe exposure; ``prodrug``, made active by the pathway in ``value``."""

    drug_id: str
    kind: str
    value: str | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.kind not in {"narrow", "prodrug"}:
            raise ValueError(f"{self.drug_id}: kind {self.kind!r} is not narrow or prodrug")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedExposure:
    """How far a study saw a drug's exposure move; ``use`` says whether the row sets parameters or tests them."""

    victim: str
    perpetrator: str
    kind: str  #: drug, gene, organ
    victim_route: str = "oral"
    gene: str | None = None  #: where the people were of one genotype: the gene, with its activity score
    score: float | None = None
    regimen: str | None = None
    dose_mg_d: float | None = None
    ratio: float
    basis: str
    study: str
    use: str  #: sets, tests, neither
    why_not: str | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.use not in {"sets", "tests", "neither"}:
            raise ValueError(f"{self.victim} with {self.perpetrator}: use {self.use!r} is not sets, tests or neither")
        if not self.ratio > 0:
            raise ValueError(f"{self.victim} with {self.perpetrator}: a ratio is above 0, not {self.ratio:g}")
