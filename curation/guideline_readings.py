"""Two independent readings of every guideline statement: compare them, and list what a third look must settle.

``first.jsonl`` and ``second.jsonl`` hold what two readers wrote without seeing each other's, one unit a line.
``settled.jsonl`` holds the units on which they differed, read a third time against the text, with why.
``README.md`` beside them says how a text is read. Where both agree on everything that decides (for whom, actions, doses,
what to use instead, what to avoid too) the unit is ``read_twice``; so is a settled one.
Conditions, notes and monitoring are the first reader's, joined with the second's.

Usage: python -m curation.guideline_readings [--differences FILE]  (prints counts, and the units still to be settled)
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from curation.tsv import write_table

FOLDER = Path(__file__).parent / "readings/guidelines"
FACETS = (
    "indications", "age", "age_min_y", "age_max_y", "weight_min_kg", "weight_max_kg", "prior_exposure", "no_alternatives",
    "co_medication",
)  # fmt: skip
AMOUNTS = ("factor_low", "factor_high", "value_low", "value_high", "cap", "interval_h")

Unit = dict[str, Any]


def load(name: str) -> dict[str, Unit]:
    """Read one file of readings by unit id."""
    path = FOLDER / name
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {unit["unit"]: unit for unit in map(json.loads, filter(str.strip, lines))}


def dose_facts(dose: Unit) -> tuple[str, ...] | None:
    """Return what decides of a dose line; the usual dose, unchanged, says nothing."""
    facts = {name: dose[name] for name in AMOUNTS if dose.get(name) is not None}
    relative = dose.get("relative_to") or "usual"
    is_usual = facts.get("factor_low") == facts.get("factor_high") == 1 and relative == "usual"
    if is_usual:
        facts = {name: value for name, value in facts.items() if not name.startswith("factor")}
    if not facts:
        return None
    said = [dose["phase"]] + [f"{name} {float(value):g}" for name, value in sorted(facts.items())]
    said += [relative] if any(name.startswith("factor") for name in facts) else []
    said += [str(dose.get("unit"))] if any(name.startswith("value") for name in facts) else []
    said += [f"{dose.get('cap_unit')} {'below' if dose.get('cap_is_below') else 'at most'}"] if "cap" in facts else []
    return tuple(said)


def deciding(unit: Unit) -> dict[str, str]:
    """Return the facts on which two readings must agree, by the place where they stand."""
    found: dict[str, str] = {}
    statements = sorted(unit["statements"], key=lambda one: json.dumps([one[name] for name in FACETS]))
    for number, statement in enumerate(statements, start=1):
        found |= {f"{number} {name}": _facet(statement[name]) for name in FACETS}
        for place, part in enumerate(statement["parts"], start=1):
            found[f"{number}.{place} action"] = part["action"]
            doses = sorted(facts for facts in map(dose_facts, part["doses"]) if facts is not None)
            found[f"{number}.{place} doses"] = "; ".join(" ".join(facts) for facts in doses)
        parts = statement["parts"]
        others = {other["name"].lower() for part in parts for other in part["alternatives"] if other["kind"] == "drug"}
        found[f"{number} alternatives"] = ", ".join(sorted(others))
        found[f"{number} avoid also"] = ", ".join(
            sorted({name.lower().removeprefix("other ") for part in parts for name in part["avoid_also"]})
        )
    return found


def _facet(value: object) -> str:
    if isinstance(value, list):
        return ";".join(sorted(value))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def differences(first: Unit, second: Unit) -> tuple[str, ...]:
    """Return the places at which two readings differ in what decides."""
    one, two = deciding(first), deciding(second)
    return tuple(name for name in {**one, **two} if one.get(name, "") != two.get(name, ""))


def final() -> dict[str, Unit]:
    """Return the reading that enters the tables for each unit.

    Raises
    ------
    ValueError
        Where a unit was read once only, or a difference has not been settled.
    """
    first, second, settled = load("first.jsonl"), load("second.jsonl"), load("settled.jsonl")
    if set(first) != set(second):
        raise ValueError(f"units with one reading only: {sorted(set(first) ^ set(second))[:10]}")
    open_ = [name for name in first if name not in settled and differences(first[name], second[name])]
    if open_:
        raise ValueError(f"{len(open_)} units to settle: {' '.join(open_)}")
    return {name: settled.get(name) or _with_both_details(unit, second[name]) for name, unit in first.items()}


def _with_both_details(first: Unit, second: Unit) -> Unit:
    """Join what two agreeing readings say beside the deciding facts."""

    def order(one: Unit) -> str:
        return json.dumps([one[name] for name in FACETS])

    statements = []
    pairs = zip(sorted(first["statements"], key=order), sorted(second["statements"], key=order), strict=True)
    for mine, theirs in pairs:
        parts = []
        for one, other in zip(mine["parts"], theirs["parts"], strict=True):
            watch = list(dict.fromkeys([*one["monitoring"], *other["monitoring"]]))
            parts.append({**one, "monitoring": watch, "condition": one["condition"] or other["condition"]})
        statements.append({**mine, "parts": parts, "notes": mine["notes"] or theirs["notes"]})
    return {"unit": first["unit"], "statements": statements}


def difference_rows() -> list[dict[str, str]]:
    """Return every difference between the two readings, and how it was settled."""
    first, second, settled = load("first.jsonl"), load("second.jsonl"), load("settled.jsonl")
    rows = []
    for name in sorted(set(first) & set(second)):
        one, two = deciding(first[name]), deciding(second[name])
        last = deciding(settled[name]) if name in settled else {}
        for place in differences(first[name], second[name]):
            read = {"first": one.get(place, ""), "second": two.get(place, ""), "settled": last.get(place, "")}
            rows.append({"unit_id": name, "place": place, **read, "why": settled.get(name, {}).get("why", "")})
    return rows


def main() -> None:
    """Print agreement, and write the differences and how they were settled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--differences", type=Path, default=FOLDER / "differences.tsv")
    arguments = parser.parse_args()
    first, second, settled = load("first.jsonl"), load("second.jsonl"), load("settled.jsonl")
    rows = difference_rows()
    write_table(arguments.differences, ("unit_id", "place", "first", "second", "settled", "why"), rows)
    units = {row["unit_id"] for row in rows}
    open_ = sorted(units - set(settled))
    print(f"{len(set(first) & set(second))} units read twice; {len(units)} differ, in {len(rows)} places", file=sys.stderr)
    print(Counter(row["place"].split(" ", 1)[1] for row in rows).most_common(), file=sys.stderr)
    print(f"{len(settled)} settled, {len(open_)} open: {' '.join(open_[:20])}", file=sys.stderr)


if __name__ == "__main__":
    main()
