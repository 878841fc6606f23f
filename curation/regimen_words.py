"""A second reading of dose bands: by grammar, from the same words, independent of the table that was typed by hand.

``curation.organ_doses`` compares the two and stops where they differ, unless the difference is settled.
"""

import re
from collections.abc import Mapping
from typing import Final

NUMBER: Final = r"(\d+(?:\.\d+)?)"
HOURS_OF: Final[Mapping[str, float]] = {
    "once daily": 24,
    "twice daily": 12,
    "every second day": 48,
    "every 7 days": 168,
    "twice a week": 84,
}
NOTHING: Final = ("amount_low", "amount_high", "unit", "interval_h", "interval_high_h", "factor", "cap", "cap_unit")
#: Where a text begins with a condition that grammar cannot weigh, nothing numeric is read.
NO_NUMBERS: Final = re.compile(
    r"^(avoid|contraindicated|combination|no |not |do not|care$|few data|extra |stop at|experienced|use not|little|lower and)"
    r"|^(reduce;|reduce dose|less often|exposure|among|usual dose|change the|check the|too few|start low, longer)"
    r"|only below|life-threatening: 1 g|no second course"
)


def read_regimen(text: str) -> dict[str, float | str]:
    """Return amounts in mg, their unit, hours, factor and cap that a text states; nothing where it states none."""
    if NO_NUMBERS.search(text):
        return {}
    words = text.split(" if two of", maxsplit=1)[0].split("; 2.5 mg", maxsplit=1)[0]
    words = re.sub(r"^.* then (?=\d)", "", words)
    start, _, rest = words.partition("; highest ") if "; highest " in words else words.partition(", highest ")
    if not rest:
        start, _, rest = words.partition(", at most ")
    found = _factor(start) or {}
    if capped := _cap(words if words.startswith("at most") or "; at most" in words else f"at most {rest}" if rest else ""):
        found |= capped
    if not words.startswith("at most") and "; at most" not in words and "factor" not in found:
        found |= _amount(start)
    if "factor" in found or start.startswith(("same dose", "lengthen")):
        found |= _interval(start)
    return found


def _factor(text: str) -> dict[str, float | str] | None:
    if match := re.search(rf"{NUMBER}(?: to {NUMBER})? % lower", text):
        return {"factor": round(1 - float(match[2] or match[1]) / 100, 4)}
    if match := re.search(rf"{NUMBER} % of", text):
        return {"factor": float(match[1]) / 100}
    if re.search(r"\bquarter\b", text):
        return {"factor": 0.25}
    if re.search(r"\bhal(f|ve)\b", text):
        return {"factor": 0.5}
    return None


def _cap(text: str) -> dict[str, float | str] | None:
    matches = re.findall(rf"at most {NUMBER}(?: to {NUMBER})? mg(?: (a day|once daily|every second day|\w+))?", text)
    if not matches:
        return None
    first, second, per = matches[-1]
    return {"cap": float(second or first) / (2 if per == "every second day" else 1), "cap_unit": "mg/d"}


def _amount(text: str) -> dict[str, float | str]:
    match = re.search(rf"(at most )?{NUMBER}(?:/125)?(?: to {NUMBER})? (mg/kg|mg|g|tablet)\b(.*)$", text)
    if match is None:
        return {}
    at_most, low, high, unit, rest = match[1], float(match[2]), match[3], match[4], match[5]
    in_mg = 1000.0 if unit == "g" else 1.0
    is_limit = bool(at_most) or rest.endswith("at most")
    found: dict[str, float | str] = {}
    if is_limit:
        found["amount_high"] = low * in_mg
    else:
        found["amount_low"] = low * in_mg
        if high:
            found["amount_high"] = float(high) * in_mg
    if match_day := re.search(rf"{NUMBER}(?: to {NUMBER})? mg a day$", text) if " or " in text else None:
        return {"amount_low": float(match_day[1]), "unit": "mg/d"}
    found["unit"] = "mg/d" if re.match(r" a day\b", rest) else "mg" if unit == "g" else unit
    return found if found["unit"] == "mg/d" else found | _interval(rest)


def _interval(text: str) -> dict[str, float | str]:
    if match := re.search(rf"(?:every|to) {NUMBER}(?: to {NUMBER})? h(?:ours)?\b", text):
        found: dict[str, float | str] = {"interval_h": float(match[1])}
        return found | ({"interval_high_h": float(match[2])} if match[2] else {})
    named: list[dict[str, float | str]] = [{"interval_h": hours} for words, hours in HOURS_OF.items() if words in text]
    return named[0] if named else {}


def read_range(text: str) -> dict[str, float]:
    """Return the limits that a range states: ``low`` and ``high``, where they are numbers."""
    if "level" in text:
        return {}
    first = text.split(",", maxsplit=1)[0].split(" or ", maxsplit=1)[0].split(" with ", maxsplit=1)[0]
    if match := re.fullmatch(rf"{NUMBER}-{NUMBER}", first):
        low, high = float(match[1]), float(match[2])
        # Whole numbers that leave a gap to the next band mean "below the next".
        low -= low in {11, 16, 26, 51} and low != 11
        return {"high": high + (high in {9, 29, 34, 39, 49, 59, 79})} | ({} if "or less" in text else {"low": low})
    if match := re.fullmatch(rf"([<>]=?){NUMBER}", first):
        return {"low" if ">" in match[1] else "high": float(match[2])}
    if first == "15":
        return {"high": 15.0}
    words = {"severe": {"high": 30.0}, "severe impairment": {"high": 30.0}, "mild to moderate": {"low": 30.0, "high": 90.0}}
    words |= {"CKD": {"high": 60.0}, "any impairment": {"high": 60.0}, "dialysis or ESKD": {"high": 15.0}}
    return dict(words.get(text, {}))
