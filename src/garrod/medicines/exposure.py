"""How much of each drug on the list the body sees, by genes, the other medicines, smoking, kidney and liver together."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from garrod.knowledge import exposure as rows
from garrod.knowledge.loading import Knowledge
from garrod.medicines.classes import NOT_SYSTEMIC
from garrod.medicines.exposure_model import ONE, Body, Bounded, Induction, Inhibition, Pathway, activity_of, interval, ratio
from garrod.medicines.exposure_setting import ExposureTables, Setting, genotype_activity, is_usable
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.medicines import EnzymeRole, Exposure, ExposureTerm, TakenMedicine
from garrod.model.person import Person

DOMAIN: Final = "medicines"
INTRAVENOUS: Final = frozenset({"intravenous", "iv", "i.v."})
FULL_GFR: Final = 100.0  #: mL/min of a typical healthy adult, to which kidney function is set in proportion
WIDEST: Final = 10.0  #: an interval whose ends lie further apart says nothing that could be used
NOTICEABLE: Final = 0.02  #: terms that move the exposure by less are not listed


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return one finding for each drug in use: its exposure to a typical person's, or why none can be given."""
    setting = Setting.of(person, findings, knowledge)
    drugs: dict[str, list[TakenMedicine]] = defaultdict(list)
    for one in setting.taken:
        if one.is_current:
            drugs[one.drug_id].append(one)
    return tuple(_finding(_exposure(drug, entries, setting), entries) for drug, entries in sorted(drugs.items()))


def _finding(one: Exposure, entries: Sequence[TakenMedicine]) -> Finding:
    return Finding(
        id=f"exposure:{one.drug}",
        domain=DOMAIN,
        kind="exposure",
        subject=one.drug,
        value=round(one.auc_ratio.estimate, 3) if one.auc_ratio else None,
        unit="ratio to a typical person's AUC" if one.auc_ratio else None,
        status=FindingStatus.ASSESSED if one.auc_ratio else FindingStatus.NOT_ASSESSED,
        reason=one.reason,
        certainty=one.reading,
        evidence=tuple(f"medications[{entry.entry}]" for entry in entries),
        sources=one.sources,
        detail=one,
    )


def _exposure(drug: str, entries: Sequence[TakenMedicine], setting: Setting) -> Exposure:
    tables = setting.tables
    disposition, shares = tables.disposition.get(drug), _shares_for(drug, entries, tables)
    if disposition is None or not (shares or disposition.fe):
        return Exposure(drug=drug, auc_ratio=None, reason=f"not predicted, because no row says how {drug} leaves the body")
    route = (entries[0].route or "").lower()
    if route in NOT_SYSTEMIC:
        return Exposure(drug=drug, auc_ratio=None, reason=f"not predicted, because {drug} is given {route}")
    made = [_pathway(row.pathway, Bounded(row.share, row.low, row.high), drug, setting) for row in shares]
    made += _kidney_pathway(disposition, shares)
    body, terms = _body(disposition, setting), list(_terms(made, disposition, setting))
    extraction = rows.EXTRACTION[disposition.extraction] if route in INTRAVENOUS else None
    found = interval(tuple(made), body, extraction)
    by_row = {(row.pathway): row for row in shares}
    readings = {by_row[t.factor].reading.value for t in terms if t.factor in by_row} | {t.reading for t in terms}
    if found.high / found.low > WIDEST**2:
        return Exposure(
            drug=drug, auc_ratio=None, terms=tuple(terms), reason="not predicted, because what is known spans over a hundredfold"
        )
    return Exposure(
        drug=drug,
        auc_ratio=found,
        terms=tuple(terms),
        reading="recalled" if "recalled" in readings or not terms else "read_once",
        not_counted=tuple(_not_counted(drug, shares, setting)),
        observed=tuple(_observed(drug, terms, tables)),
        is_prodrug=drug in tables.prodrugs,
        sources=tuple(
            dict.fromkeys((*(term.source for term in terms), *(row.source_id for row in shares), disposition.source_id))
        ),
    )


def _shares_for(drug: str, entries: Sequence[TakenMedicine], tables: ExposureTables) -> tuple[rows.PathwayShare, ...]:
    """Return the drug's pathways for its route: a row for the route goes before one for any."""
    wanted = "intravenous" if (entries[0].route or "").lower() in INTRAVENOUS else "oral"
    chosen: dict[str, rows.PathwayShare] = {}
    for row in tables.shares.get(drug, ()):
        if row.route in {"any", wanted} and (row.pathway not in chosen or row.route == wanted):
            chosen[row.pathway] = row
    return tuple(chosen.values())


def _pathway(name: str, share: Bounded, drug: str, setting: Setting) -> Pathway:
    """Return one pathway of a drug in this person; what the drug does to itself is already in its own exposure."""
    genotype = genotype_activity(name, setting)
    acting = [one for one in setting.acting.get(name, ()) if one.influence.by != drug]
    return Pathway(
        name=name,
        share=share,
        genotype=ONE if genotype is None else Bounded(genotype.activity, genotype.low, genotype.high),
        inhibitors=tuple(
            Inhibition(one.influence.by, one.figure, one.influence.fraction)
            for one in acting
            if one.influence.role is EnzymeRole.INHIBITOR
        ),
        inducers=tuple(
            Induction(one.influence.by, one.figure, one.influence.fraction)
            for one in acting
            if one.influence.role is EnzymeRole.INDUCER
        ),
    )


def _kidney_pathway(disposition: rows.Disposition, shares: Sequence[rows.PathwayShare]) -> Iterator[Pathway]:
    """Yield what the kidney clears by filtration: the share excreted unchanged, less what renal transporters carry."""
    fe = min(disposition.fe or 0.0, 0.99)
    carried = sum(row.share for row in shares if row.pathway in rows.RENAL)
    rest = fe - carried
    if rest > 0:
        yield Pathway(rows.KIDNEY, Bounded(rest, rest * 0.85, min(rest * 1.15, 0.99)))


def _body(disposition: rows.Disposition, setting: Setting) -> Body:
    kidney, elsewhere = ONE, ONE
    if setting.gfr is not None:
        left = min(setting.gfr / FULL_GFR, 1.0)
        kidney = ONE if left == 1 else Bounded(left, left * 0.75, min(left * 1.25, 1.1))
        elsewhere = _elsewhere(setting.gfr, setting.tables)
    liver = _liver(disposition, setting)
    if liver is not None:
        by = Bounded(liver.activity, liver.low, liver.high)
        elsewhere = Bounded(elsewhere.value * by.value, elsewhere.low * by.low, elsewhere.high * by.high)
    return Body(kidney, elsewhere)


def _liver(disposition: rows.Disposition, setting: Setting) -> rows.PathwayActivity | None:
    if setting.child_pugh is None:
        return None
    return setting.tables.activities.get(("liver", f"Child-Pugh {setting.child_pugh} {disposition.extraction}"))


def _elsewhere(gfr: float, tables: ExposureTables) -> Bounded:
    """Return what kidney disease leaves of clearance by other ways, between the rows for bands of filtration."""
    known = sorted(
        (float(state.removeprefix("GFR ")), row) for (cause, state), row in tables.activities.items() if cause == "kidney"
    )
    if not known or gfr >= known[-1][0]:
        return ONE
    below = max((one for one in known if one[0] <= gfr), default=known[0], key=lambda one: one[0])
    above = min((one for one in known if one[0] > gfr), key=lambda one: one[0])
    part = 0.0 if above[0] == below[0] else min(max((gfr - below[0]) / (above[0] - below[0]), 0.0), 1.0)
    values = [getattr(below[1], name) * (1 - part) + getattr(above[1], name) * part for name in ("activity", "low", "high")]
    return Bounded(*values)


def _terms(drug_pathways: Sequence[Pathway], disposition: rows.Disposition, setting: Setting) -> Iterator[ExposureTerm]:
    """Yield everything that moves the exposure, with what it would do alone."""
    plain = {one.name: Pathway(one.name, one.share) for one in drug_pathways}
    figures = {(one.influence.enzyme, one.influence.by): one for some in setting.acting.values() for one in some}
    for one in drug_pathways:
        lone: list[tuple[str, Pathway, str, str]] = []
        acting: list[tuple[str, Pathway]] = []
        if one.genotype != ONE and (row := genotype_activity(one.name, setting)):
            alone = replace(plain[one.name], genotype=one.genotype)
            lone.append((f"genotype {row.cause}", alone, row.reading.value, row.source_id))
        if one.genotype.value > 0:  # what does not work can be neither inhibited nor induced
            acting += [(some.by, replace(plain[one.name], inhibitors=(some,))) for some in one.inhibitors]
            acting += [(some.by, replace(plain[one.name], inducers=(some,))) for some in one.inducers]
        for by, alone in acting:
            found = figures[one.name, by]
            lone.append((by, alone, found.influence.reading, found.source))
        for by, alone, reading, source in lone:
            yield ExposureTerm(
                factor=one.name,
                by=by,
                ratio=round(ratio(list({**plain, one.name: alone}.values())), 3),
                share=round(one.share.value, 3),
                activity=round(activity_of(alone), 3),
                reading=reading,
                source=source,
            )
    yield from _organ_terms(list(plain.values()), disposition, setting)


def _organ_terms(plain: Sequence[Pathway], disposition: rows.Disposition, setting: Setting) -> Iterator[ExposureTerm]:
    if setting.gfr is not None and setting.gfr < FULL_GFR:
        left = min(setting.gfr / FULL_GFR, 1.0)
        elsewhere = _elsewhere(setting.gfr, setting.tables)
        moved = ratio(plain, Body(Bounded(left, left, left), elsewhere))
        if abs(moved - 1) > NOTICEABLE:
            yield ExposureTerm(
                factor=rows.KIDNEY, by="kidney function", ratio=round(moved, 3), share=round(disposition.fe or 0.0, 3),
                activity=round(left, 3), reading=disposition.reading.value, source=disposition.source_id,
            )  # fmt: skip
    liver = _liver(disposition, setting)
    if liver is not None:
        by = Bounded(liver.activity, liver.activity, liver.activity)
        yield ExposureTerm(
            factor="liver", by="liver function", ratio=round(ratio(plain, Body(elsewhere=by)), 3),
            share=round(1 - (disposition.fe or 0.0), 3), activity=liver.activity, reading=liver.reading.value,
            source=liver.source_id,
        )  # fmt: skip


def _not_counted(drug: str, shares: Sequence[rows.PathwayShare], setting: Setting) -> Iterator[str]:
    """Say what may move the exposure and has no figure here."""
    for other, name in sorted(setting.without_figures.items()):
        if other != drug:
            yield f"{name}: what it does to enzymes is not in these tables"
    for row in shares:
        gene = setting.tables.gene_of.get(row.pathway)
        if gene is None:
            continue
        result = setting.findings.gene(gene)
        if result is None or not is_usable(result):
            yield f"{gene}: no result, taken as a typical person's"
        elif genotype_activity(row.pathway, setting) is None:
            yield f"{gene}: its result is not settled, taken as a typical person's"
    if drug in setting.tables.prodrugs:
        yield f"{drug} is made active in the body: its own exposure does not tell its effect"
    if setting.gfr is None and (setting.tables.disposition[drug].fe or 0) > 0.2:
        yield "kidney function: not known, taken as a typical person's"


def _observed(drug: str, terms: Sequence[ExposureTerm], tables: ExposureTables) -> Iterator[str]:
    """Say what studies saw of the drug with each of the medicines that act on it: the middle of them and their number."""
    for other in dict.fromkeys(term.by for term in terms):
        seen = sorted(row.ratio for row in tables.observed.get((drug, other), ()) if row.victim_route == "oral")
        if seen:
            middle, studies = seen[len(seen) // 2], {row.study for row in tables.observed[drug, other]}
            first = sorted(studies)[0]
            more = f" and {len(studies) - 1} more" if len(studies) > 1 else ""
            spread = f"{seen[0]:g} to {seen[-1]:g}, middle {middle:g}" if len(seen) > 1 else f"{middle:g}"
            yield f"with {other}, studies saw {spread} ({first}{more})"
