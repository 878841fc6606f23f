"""Review twenty medicines of a person with a whole genome, and say what one part of it took in processor seconds.

``loading`` is what the first review of anybody reads of knowledge, over a second review of the same person; ``review`` is a
review once knowledge is loaded; ``what-if`` is the same list with one drug more, compared, with its options.

Usage: python -m benchmarks.reviewing loading|review|what-if PERSON
"""

import sys
import time
from pathlib import Path
from typing import Final

from garrod import Person, load_knowledge, personalize, read_person
from garrod.careplan.alternatives import problem_drugs, ranked_options
from garrod.careplan.what_if import compared, with_list
from garrod.knowledge import Knowledge
from garrod.model.careplan import CarePlan
from garrod.personalization import assess_body

TWENTY: Final = (
    "clopidogrel", "omeprazole", "simvastatin", "metoprolol", "lisinopril", "spironolactone", "metformin", "ibuprofen",
    "amlodipine", "furosemide", "aspirin", "sertraline", "tramadol", "allopurinol", "warfarin", "digoxin", "amiodarone",
    "gabapentin", "tamsulosin", "levothyroxine",
)  # fmt: skip


def _planned(person: Person, knowledge: Knowledge) -> CarePlan:
    return personalize(person, knowledge, listed_only=True)


def _what_if(person: Person, knowledge: Knowledge) -> None:
    body = assess_body(person, knowledge)

    def planned(one: Person, known: Knowledge) -> CarePlan:
        return personalize(one, known, listed_only=True, body=body)

    before = planned(person, knowledge)
    after = planned(with_list(person, knowledge, add=("clarithromycin",), drop=()), knowledge)
    what_if = compared(before, after, add=("clarithromycin",), drop=())
    for drug in problem_drugs(after, what_if.come):
        ranked_options(after, drug, knowledge, planned)


def _took(part: str, path: Path) -> float:
    knowledge = load_knowledge()
    person = with_list(read_person(path, knowledge), knowledge, add=TWENTY, drop=())
    marks = [time.process_time()]
    for _ in range(2):
        plan = _planned(person, knowledge)
        marks.append(time.process_time())
    if len([one for one in plan.findings.taken() if one.is_current]) < len(TWENTY):
        raise RuntimeError("not every medicine was recognized")
    first, second = marks[1] - marks[0], marks[2] - marks[1]
    if part == "what-if":
        started = time.process_time()
        _what_if(person, knowledge)
        return time.process_time() - started
    return first - second if part == "loading" else second


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["loading" | "review" | "what-if" as wanted, file]:
            print(_took(wanted, Path(file)))
        case _:
            sys.exit(__doc__)
