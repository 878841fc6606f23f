"""What happened to one person: doses, levels, resets and covariates, record by record, with NM-TRAN meaning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from garrod.dosing.models.dose_model import CovariateMode
from garrod.dosing.models.expressions import Array
from garrod.model.errors import Fault, InputError

OBSERVATION, DOSE, OTHER, RESET, RESET_AND_DOSE = range(5)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an event table.

    Attributes
    ----------
    evid
        0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose.
    rate
        Amount per time; 0 for a bolus; -1 where the model gives the rate, -2 where it gives the duration.
    additional, interval
        ADDL and II.
    steady
        0, or 1 for steady state instead of what was before, or 2 for steady state on top of it.
    compartment
        Number or name; None for the model's own.
    level
        The measured value; None where there is none, which a row with MDV=1 comes to.
    output
        Number of the output (DVID), where the table says it.
    limit
        Lower limit of quantification; with ``below`` the level lies somewhere under it.
    line
        Line of the file, for errors.
    """

    time: float
    evid: int = OBSERVATION
    amount: float = 0.0
    rate: float = 0.0
    additional: int = 0
    interval: float = 0.0
    steady: int = 0
    compartment: int | str | None = None
    level: float | None = None
    output: int | str | None = None
    below: bool = False
    limit: float | None = None
    line: int | None = None

    @property
    def is_dose(self) -> bool:
        """Say whether something is given."""
        return self.evid in {DOSE, RESET_AND_DOSE}

    @property
    def is_level(self) -> bool:
        """Say whether the row enters the likelihood."""
        return self.evid == OBSERVATION and (self.level is not None or self.below)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The records of one person in order, with the covariates that each row carries.

    Attributes
    ----------
    covariates
        Name -> (records,) values, NaN where a row says nothing.
    mode
        How covariates hold between rows: ``nmtran`` (a row's values on the interval that it ends), ``clinical`` (the last
        value carried forward) or ``linear``; None leaves it to the model, and ``nmtran`` where that says nothing.
    name
        What the table calls the person; never printed by an error.
    """

    records: tuple[Record, ...]
    covariates: Mapping[str, Array] = field(default_factory=dict)
    mode: CovariateMode | None = None
    name: str = ""
    where: str = "events"

    def __post_init__(self) -> None:
        """Check what no model can mend."""
        for name, values in self.covariates.items():
            if len(values) != len(self.records):
                raise ValueError(f"{name}: {len(values)} values for {len(self.records)} records")
        faults = [fault for record in self.records for fault in _faults(record, self.where)]
        faults += _order_faults(self.records, self.where)
        if faults:
            raise InputError(*faults)

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        *,
        covariates: Mapping[str, float | Sequence[float]] | None = None,
        mode: CovariateMode | None = None,
        name: str = "",
    ) -> "Events":
        """Make events from records, sorted by time (stable), with covariates given once or record by record."""
        given = tuple(records)
        order = sorted(range(len(given)), key=lambda place: given[place].time)
        spread = {
            key: np.broadcast_to(np.asarray(value, dtype=float), (len(given),))[order]
            for key, value in (covariates or {}).items()
        }
        return cls(tuple(given[place] for place in order), spread, mode, name)

    def with_times(self, times: Sequence[float]) -> tuple["Events", list[int]]:
        """Return the events with rows at further times that change nothing, and the places of those rows.

        Each new row stands behind all rows of its time and carries the covariates of the row after it, as those hold on
        the interval that it cuts.
        """
        old = [record.time for record in self.records]
        places = [int(np.searchsorted(old, time, side="right")) for time in times]
        order = sorted(range(len(places)), key=lambda one: (places[one], times[one]))
        records: list[Record] = []
        source: list[int] = []
        rows = [0] * len(places)
        taken = 0
        for one in order:
            while taken < places[one]:
                records.append(self.records[taken])
                source.append(taken)
                taken += 1
            rows[one] = len(records)
            records.append(Record(float(times[one]), OTHER))
            source.append(min(places[one], len(old) - 1) if self.mode != "clinical" else max(places[one] - 1, 0))
        records += self.records[taken:]
        source += range(taken, len(old))
        covariates = {name: np.asarray(values)[source] for name, values in self.covariates.items()}
        return replace(self, records=tuple(records), covariates=covariates), rows


def _faults(record: Record, where: str) -> list[Fault]:
    place = f"{where}:{record.line}" if record.line else where
    found = []

    def fault(what: str, remedy: str) -> None:
        found.append(Fault(place, what, remedy))

    if record.evid not in range(5):
        fault("EVID is not 0 to 4", "see docs/reference/dose-model-file.md")
    if not np.isfinite(record.time):
        fault("TIME is not a number", "give the time since the first record")
    if record.is_dose:
        if not (record.amount >= 0 and np.isfinite(record.amount)):
            fault("AMT is negative or missing on a dose", "give the amount")
        if record.rate < 0 and record.rate not in {-1, -2}:
            fault("RATE is negative and neither -1 nor -2", "give the rate, or -1 or -2 where the model gives rate or duration")
        if record.amount == 0 and not (record.steady and record.rate > 0):
            fault("a dose of amount 0", "give AMT, or EVID 2 for a row that gives nothing")
        if record.additional > 0 and not record.interval > 0:
            fault("ADDL without II", "give the interval II")
        if record.steady not in {0, 1, 2}:
            fault("SS is not 0, 1 or 2", "write 1 for steady state, 2 for steady state on top of what was before")
        if record.steady and not record.interval > 0 and not (record.amount == 0 and record.rate > 0):
            fault("SS without II", "give the interval II, or an endless infusion with AMT 0 and RATE")
    return found


def _order_faults(records: Sequence[Record], where: str) -> list[Fault]:
    found = []
    for before, after in pairwise(records):
        if after.time < before.time and after.evid not in {RESET, RESET_AND_DOSE}:
            place = f"{where}:{after.line}" if after.line else where
            found.append(Fault(place, "TIME goes back", "sort the person's rows, or begin anew with EVID 3 or 4"))
    return found
