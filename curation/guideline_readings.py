"""Two independent readings of every guideline statement: compare them, and list what a third look must settle.

``first.jsonl`` and ``second.jsonl`` hold what two readers wrote without seeing each other's, one unit a line.
``settled.jsonl`` holds the units on which they differed, read a third time against the text, with why.
Where both agree on everything that decides (facets, actions, doses, what to use instead, what to avoid too) the unit
is ``read_twice``; so is a settled one. Notes and monitoring are the first reader's, joined with the second's.

Usage: python -m curation.guideline_readings  (prints counts, and the units still to be settled)
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "readings/guidelines"
FACETS = ("indication", "age", "weight_min_kg", "prior_exposure", "no_alternatives")
DOSE_FIELDS = (
    "phase", "relative_to", "factor_low", "factor_high", "value_low", "value_high", "unit", "cap", "cap_unit",
    "cap_is_below", "interval_h",
)  # fmt: skip

Unit = dict[str, Any]


def load(name: str) -> dict[str, Unit]:
    """Read one file of readings by unit id."""
    path = FOLDER / name
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {unit["unit"]: unit for unit in map(json.loads, filter(str.strip, lines))}


def _dose_key(dose: Unit) -> tuple[object, ...] | None:
    """Return what decides of a dose line; the usual dose, unchanged, says nothing."""
    values = {name: dose.get(name) for name in DOSE_FIELDS}
    if values["factor_low"] is not None or values["factor_high"] is not None:
        values["relative_to"] = values["relative_to"] or "usual"
    if values["factor_low"] == values["factor_high"] == 1 and values["relative_to"] == "usual" and values["cap"] is None:
        return None
    numbers = [values[name] for name in DOSE_FIELDS if name not in {"phase", "relative_to"}]
    return tuple(str(values[name]) for name in DOSE_FIELDS) if any(v is not None for v in numbers) else None


def deciding(unit: Unit) -> dict[str, object]:
    """Return the fields on which two readings must agree."""
    found: dict[str, object] = {name: unit[name] for name in FACETS}
    for number, part in enumerate(unit["parts"], start=1):
        found[f"part {number} action"] = part["action"]
        found[f"part {number} doses"] = sorted(key for key in map(_dose_key, part["doses"]) if key is not None)
        found[f"part {number} avoid also"] = sorted(part["avoid_also"])
    drugs = {other["name"].lower() for part in unit["parts"] for other in part["alternatives"] if other["kind"] == "drug"}
    found["alternatives"] = sorted(drugs)
    return found


def differences(first: Unit, second: Unit) -> tuple[str, ...]:
    """Return the names of the deciding fields on which two readings differ."""
    one, two = deciding(first), deciding(second)
    return tuple(name for name in {**one, **two} if one.get(name) != two.get(name))


def final() -> tuple[dict[str, Unit], Counter[str]]:
    """Return the reading that enters the tables for each unit, and how many differences there were by field.

    Raises
    ------
    ValueError
        Where a unit was read once only, or a difference has not been settled.
    """
    first, second, settled = load("first.jsonl"), load("second.jsonl"), load("settled.jsonl")
    if set(first) != set(second):
        raise ValueError(f"units with one reading only: {sorted(set(first) ^ set(second))[:10]}")
    chosen, counts, open_ = {}, Counter[str](), []
    for name, unit in first.items():
        fields = differences(unit, second[name])
        counts.update(field.split(" ", 2)[-1] for field in fields)
        if fields and name not in settled:
            open_.append(name)
        chosen[name] = settled.get(name) or _with_both_notes(unit, second[name])
    if open_:
        raise ValueError(f"{len(open_)} units to settle: {' '.join(open_)}")
    return chosen, counts


def _with_both_notes(first: Unit, second: Unit) -> Unit:
    parts = []
    for mine, theirs in zip(first["parts"], second["parts"], strict=True):
        watch = list(dict.fromkeys([*mine["monitoring"], *theirs["monitoring"]]))
        parts.append({**mine, "monitoring": watch})
    return {**first, "parts": parts, "notes": first["notes"] or second["notes"]}


def main() -> None:
    """Print agreement by field."""
    first, second, settled = load("first.jsonl"), load("second.jsonl"), load("settled.jsonl")
    both = set(first) & set(second)
    differing = {name: differences(first[name], second[name]) for name in sorted(both)}
    differing = {name: fields for name, fields in differing.items() if fields}
    print(f"{len(both)} units read twice, {len(differing)} with a difference, {len(settled)} settled", file=sys.stderr)
    for name, fields in differing.items():
        print(name, "settled" if name in settled else "OPEN", "; ".join(fields), sep="\t")


if __name__ == "__main__":
    main()
