"""Every statement of the source files is found again in the tables, for every drug, gene result and population."""

from collections import Counter
from pathlib import Path

import pytest

from curation.guideline_units import Statement, every_statement, units
from curation.guidelines import merged
from curation.tsv import read_table
from garrod import load_knowledge
from garrod.knowledge import guidelines as g
from garrod.therapeutics.gene_states import GeneState
from garrod.therapeutics.statements import GuidelineStatement, drug_guidelines

KNOWLEDGE = load_knowledge()
UNITS = Path(__file__).parents[2] / "curation/readings/guidelines/units.tsv"


def state(gene: str, value: str) -> GeneState:
    """A gene in the state that a source's key names, whatever kind of key it is."""
    if value == "No Result":
        return GeneState(gene, value, is_assessed=False)
    number = value.lstrip("≥")
    score = float(number) if number.replace(".", "", 1).isdigit() else None
    word = None if score is not None or value == "n/a" else value
    return GeneState(
        gene, value, phenotype=word, genotypes=frozenset({value}), score=score, at_least="≥" in value,
        statuses=frozenset({value}),
    )  # fmt: skip


def fits(one: GuidelineStatement, states: dict[str, GeneState]) -> bool:
    return not one.clauses or any(
        all(any(states.get(gene, state(gene, "No Result")).fits(key) for key in keys) for gene, keys in clause.items())
        for clause in one.clauses
    )


@pytest.fixture(scope="module")
def said(sources: Path) -> list[Statement]:
    return list(every_statement(sources))


def test_the_list_of_units_is_that_of_the_source_files(sources: Path) -> None:
    assert read_table(UNITS) == units(sources)


def test_every_statement_of_the_sources_has_its_row(said: list[Statement], sources: Path) -> None:
    by_place = {
        (unit["file"], drug, key, unit["population"]): unit["unit_id"]
        for unit in merged(units(sources))
        for drug in unit["drugs"].split(";")
        for key in unit["keys"].split(" | ")
    }
    guidelines = drug_guidelines(KNOWLEDGE)
    counts: Counter[str] = Counter()
    missing = []
    for one in said:
        unit = by_place[one.file, one.drug, " & ".join(f"{gene}={value}" for gene, value in one.key), one.population]
        states = {gene: state(gene, value) for gene, value in one.key}
        here = [s for found in guidelines.get(one.drug, ()) for s in found.statements if s.row.statement_id.startswith(unit)]
        if any(fits(s, states) for s in here):
            counts[one.body] += 1
        else:
            missing.append((one.file, one.drug, one.key, one.population))
    print("\nstatements of the sources found again:", dict(counts))
    rows = Counter(row.statement_id.split("-")[0].upper() for row in KNOWLEDGE.rows(g.Statement))
    print("rows after collapsing:", dict(rows))
    assert not missing, missing[:20]


def test_no_result_falls_to_the_statement_of_another_text(said: list[Statement]) -> None:
    """Within one guideline, drug and population, a result reaches only rows that stand for it in the source."""
    guidelines = drug_guidelines(KNOWLEDGE)
    strays = []
    texts: dict[tuple[str, str, tuple[tuple[str, str], ...]], set[tuple[str, str]]] = {}
    for one in said:
        texts.setdefault((one.guideline_id, one.drug, one.key), set()).add((one.population, one.text))
    for (guideline_id, drug, key), some in texts.items():
        states = {gene: state(gene, value) for gene, value in key}
        found = next(f for f in guidelines[drug] if f.guideline.guideline_id == guideline_id)
        stems = {s.row.statement_id.rstrip("abcdefghij") for s in found.statements if fits(s, states)}
        if len(stems) > len(some) and not any("/" in value for _, value in key):
            strays.append((drug, key, sorted(stems)))
    assert not strays, strays[:10]
