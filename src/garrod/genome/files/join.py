"""All records that touch one position become one observation: alleles compared as sequences, strand by strand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.genome.files.options import ReadOptions
from garrod.genome.files.records import REFERENCE_BLOCKS, GenotypeField, Record, parse_gt
from garrod.genome.files.sites import BuildSites, Site, trimmed
from garrod.model.genotypes import Genotype, Missing, MissingReason, Observed, ReadThresholds

DELETED: Final = "*"
PASSING: Final = frozenset({"PASS", ".", ""})
MOST_COPIES: Final = 2


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one record says of one site: an allele a strand, None for the reference; or why it says nothing."""

    strands: tuple[str | None, ...]
    is_phased: bool
    phase_set: str | None
    problem: MissingReason | None
    written: str
    allele_fraction: float | None
    inferred: str | None
    record: Record

    @property
    def differs(self) -> bool:
        return any(one is not None for one in self.strands)


def observe_site(site: Site, records: Sequence[Record], sample: int, build: BuildSites, options: ReadOptions) -> Observed:
    """Join what records say of one site for one sample. No record at all is the caller's to answer."""
    readings: list[_Reading] = []
    for record in records:
        if _reference_mismatch(site, record):
            gt = record.samples[sample].get("GT", ".")
            return Missing(site.variant.variant_id, MissingReason.OTHER_REFERENCE, _written(record, gt))
        reading = _reading(site, record, sample=sample, build=build, thresholds=options.thresholds)
        if reading is not None:
            readings.append(reading)
    trusted = [one for one in readings if one.problem is None]
    if len(trusted) > 1 and _contradict(site, trusted, build):
        return Missing(site.variant.variant_id, MissingReason.CONFLICT, _all_written(readings))
    is_shown = options.absent_is_reference or _is_covered(site, trusted, build)
    return _joined(site, readings, _file_reference(site, records), is_shown=is_shown)


def _contradict(site: Site, readings: Sequence[_Reading], build: BuildSites) -> bool:
    """Whether two records name the same allele and count it differently."""
    seen: dict[str, int] = {}
    for one in readings:
        named = {_effect(site, one.record, index, build) for index in range(1, len(one.record.alts) + 1)}
        for allele in named:
            if isinstance(allele, str) and not isinstance(allele, MissingReason) and allele != DELETED:
                count = one.strands.count(allele)
                if seen.setdefault(allele, count) != count:
                    return True
    return False


def _is_covered(site: Site, readings: Sequence[_Reading], build: BuildSites) -> bool:
    """Whether the records show the site's own sequence: each of its bases, or of an indel the base that it is written at.

    A record that writes one of the indel's known spellings, further along a repeat, shows it too. A symbolic record
    writes no base: under a deletion of one strand, the other strand's base is not shown.
    """
    needed = {site.position} if site.variant.is_indel else set(range(site.position, site.end + 1))
    for one in readings:
        record = one.record
        if record.symbolic is not None:
            continue
        needed -= {place for place in needed if record.position <= place <= record.end}
        if site.variant.is_indel and any(_is_form(site, record, alt, build) for alt in record.alts):
            return True
    return not needed


def _is_form(site: Site, record: Record, alt: str, build: BuildSites) -> bool:
    known = build.forms.get((record.chromosome, *trimmed(record.position, record.ref, alt)))
    return known is not None and known[0] == site.variant.variant_id


def _file_reference(site: Site, records: Sequence[Record]) -> str | None:
    """Return the reference of the site: the known one of the build, else what the file writes there."""
    if site.reference is not None:
        return site.reference
    length = len(site.variant.ref_38)
    for record in records:
        offset = site.position - record.position
        if not record.is_block and offset >= 0 and offset + length <= len(record.ref):
            return record.ref[offset : offset + length]
    first = next((r.ref[0] for r in records if r.position == site.position), None)
    return site.variant.ref_38 if length > 1 and first == site.variant.ref_38[0] else first if length == 1 else None


def _reference_mismatch(site: Site, record: Record) -> bool:
    if site.reference is None:
        return False
    offset = site.position - record.position
    if not 0 <= offset < len(record.ref):
        return False
    written = record.ref[offset:]
    known = site.reference[: len(written)]
    return "N" not in written and written[: len(known)] != known


def _all_written(readings: Sequence[_Reading]) -> str:
    return " | ".join(one.written for one in readings)


def _written(record: Record, gt: str) -> str:
    alts = ",".join(record.alts) or "."
    return f"{record.position} {record.ref}>{alts} {gt}"


def _reading(site: Site, record: Record, *, sample: int, build: BuildSites, thresholds: ReadThresholds) -> _Reading | None:
    """Return what a record says of the site, or None where it says nothing of it."""
    fields = record.samples[sample]
    gt = fields.get("GT", ".")
    read = parse_gt(gt)
    written = _written(record, gt)
    inferred = "block" if record.is_block else None
    is_repeat = site.variant.is_indel and (record.symbolic or "").startswith("STR")
    if record.symbolic and record.symbolic != "DEL" and not is_repeat:
        return None

    def missing(reason: MissingReason, strands: tuple[str | None, ...] = ()) -> _Reading:
        return _Reading(strands, False, None, reason, written, None, inferred, record)

    if read is None:
        return missing(MissingReason.UNREADABLE)
    called = [index for index in read.alleles if index is not None]
    if not called:
        return missing(MissingReason.NO_CALL)
    if len(read.alleles) > MOST_COPIES:
        return missing(MissingReason.TOO_MANY_ALLELES)
    strands = []
    for index in called:
        effect = _effect(site, record, index, build)
        if isinstance(effect, MissingReason):
            return missing(effect)
        strands.append(effect)
    if len(called) < len(read.alleles):
        return missing(MissingReason.HALF_CALL, tuple(strands))
    problem = _quality_problem(record, fields, read, thresholds)
    return _Reading(
        strands=tuple(strands),
        is_phased=read.is_phased,
        phase_set=fields.get("PS") if fields.get("PS", ".") != "." else None,
        problem=problem,
        written=written,
        allele_fraction=_allele_fraction(fields, called) if site.chromosome == "MT" else None,
        inferred=inferred,
        record=record,
    )


def _effect(site: Site, record: Record, index: int, build: BuildSites) -> str | MissingReason | None:
    """Return the allele that a strand has at the site, None for the reference, or why it cannot be told."""
    allele = record.allele(index)
    if index == 0:
        return None
    if allele is None or allele in REFERENCE_BLOCKS:
        return MissingReason.UNREADABLE
    if allele == DELETED:
        return DELETED
    if allele.startswith("<STR") and site.variant.is_indel:
        return MissingReason.UNREADABLE
    if allele.startswith("<"):
        return DELETED if record.position < site.position <= record.end else None
    position, ref, alt = trimmed(record.position, record.ref, allele)
    known = build.forms.get((record.chromosome, position, ref, alt))
    if known is not None and known[0] == site.variant.variant_id:
        return known[1]
    return _spelled_at(site, position, ref, alt)


def _spelled_at(site: Site, position: int, ref: str, alt: str) -> str | None:
    """Return what a trimmed change does to the site."""
    if len(ref) == len(alt):
        if site.variant.is_indel:
            inside = position <= site.end and position + len(ref) - 1 > site.position
            return f"{ref}>{alt}" if inside else None
        offset, length = site.position - position, len(site.variant.ref_38)
        if offset < 0:
            ahead = position - site.position
            whole = site.variant.ref_38[:ahead] + alt + site.variant.ref_38[ahead + len(alt) :]
            return whole[:length] if ahead < length and whole[:length] != site.variant.ref_38 else None
        found = alt[offset : offset + length]
        if not found:
            return None
        if len(found) < length:
            found += site.variant.ref_38[len(found) :]
        return found if found != ref[offset : offset + length] else None
    last = position + len(ref) - 1
    if site.variant.is_indel:
        return f"{ref}>{alt}" if position <= site.end and last >= site.position else None
    if len(alt) == 1 and alt[0] == ref[0]:
        return DELETED if position < site.position <= last else None
    if len(ref) == 1:
        return None
    return f"{ref}>{alt}" if position <= site.position <= last else None


def _quality_problem(
    record: Record, fields: Mapping[str, str], read: GenotypeField, thresholds: ReadThresholds
) -> MissingReason | None:
    if record.filter not in PASSING or fields.get("FT", ".") not in PASSING:
        return MissingReason.FILTERED
    depth = _number(fields.get("MIN_DP") if record.is_block and "MIN_DP" in fields else fields.get("DP"))
    quality = _number(fields.get("GQ") or fields.get("RGQ"))
    if depth is not None and not depth >= thresholds.depth:
        return MissingReason.LOW_BLOCK if record.is_block else MissingReason.LOW_DEPTH
    if quality is not None and not quality >= thresholds.genotype_quality:
        return MissingReason.LOW_BLOCK if record.is_block else MissingReason.LOW_QUALITY
    return MissingReason.ALLELE_BALANCE if _is_unbalanced(fields, read, thresholds) and record.chromosome != "MT" else None


def _number(text: str | None) -> float | None:
    try:
        return None if text in {None, ".", ""} else float(text)
    except ValueError:
        return None


def _is_unbalanced(fields: Mapping[str, str], read: GenotypeField, thresholds: ReadThresholds) -> bool:
    if len(set(read.alleles)) < 2 or "AD" not in fields:
        return False
    depths = [_number(text) for text in fields["AD"].split(",")]
    counts = [depths[i] for i in read.alleles if i is not None and i < len(depths)]
    if len(counts) < 2 or any(one is None for one in counts):
        return False
    first, second = (one or 0.0 for one in counts[:2])
    share = second / (first + second) if first + second else 0.0
    return not thresholds.balance_low <= share <= thresholds.balance_high


def _allele_fraction(fields: Mapping[str, str], called: Sequence[int]) -> float | None:
    if fields.get("AF"):
        return _number(fields["AF"].split(",")[0])
    depths = [_number(text) or 0.0 for text in fields.get("AD", "").split(",") if text]
    if len(depths) < 2 or not sum(depths) or not any(called):
        return None
    return sum(depths[1:]) / sum(depths)


def _joined(site: Site, readings: Sequence[_Reading], reference: str | None, *, is_shown: bool) -> Observed:
    name = site.variant.variant_id
    written = _all_written(readings)
    trusted = [one for one in readings if one.problem is None]
    doubtful = [one for one in readings if one.problem is not None]
    changed = [one for one in trusted if one.differs]
    spoiling = [one for one in doubtful if one.differs or not one.strands]
    if not trusted:
        return Missing(name, _first_problem(spoiling or doubtful), written)
    if len({len(one.strands) for one in trusted}) > 1:
        return Missing(name, MissingReason.CONFLICT, written)
    if reference is None:
        return Missing(name, MissingReason.UNKNOWN_REFERENCE, written)
    copies = len(trusted[0].strands)
    is_longer = len(site.variant.ref_38) > 1 and not site.variant.is_indel
    strands = _composed(site, changed, copies) if is_longer and len(changed) > 1 else _combined_strands(changed, copies)
    if strands is None:
        return Missing(name, MissingReason.TOO_MANY_ALLELES, written)
    if None in strands and (spoiling or not is_shown):
        return Missing(name, _first_problem(spoiling), written)
    sets = {one.phase_set for one in changed}
    return Genotype(
        variant_id=name,
        alleles=tuple(reference if one is None else one for one in strands),
        is_phased=all(one.is_phased for one in (changed or trusted)) and len(sets) <= 1,
        phase_set=next(iter(sets)) if len(sets) == 1 else None,
        record=written,
        allele_fraction=next((one.allele_fraction for one in trusted if one.allele_fraction is not None), None),
        inferred=next((one.inferred for one in trusted), None) if not changed else None,
    )


def _first_problem(readings: Sequence[_Reading]) -> MissingReason:
    return next((one.problem for one in readings if one.problem is not None), MissingReason.NO_RECORD)


def _combined_strands(changed: Sequence[_Reading], copies: int) -> tuple[str | None, ...] | None:
    """Put the non-reference alleles of several records together; None where a strand would carry two."""
    if not changed:
        return (None,) * copies
    if all(one.is_phased for one in changed) and len({one.phase_set for one in changed}) == 1:
        strands: list[str | None] = [None] * copies
        for one in changed:
            for index, allele in enumerate(one.strands):
                if allele is not None:
                    if strands[index] not in {None, allele}:
                        return None
                    strands[index] = allele
        return tuple(strands)
    if len(changed) == 1:
        return changed[0].strands
    found = _alleles_once(changed)
    return None if len(found) > copies else (*[None] * (copies - len(found)), *sorted(found, reverse=True))


def _composed(site: Site, changed: Sequence[_Reading], copies: int) -> tuple[str | None, ...] | None:
    """Put neighboring bases together where a site spans several and each has a record; None where phase would decide."""
    is_phased = all(one.is_phased for one in changed) and len({one.phase_set for one in changed}) == 1
    if not is_phased and sum(len(set(one.strands)) > 1 for one in changed) > 1:
        return None
    reference = site.variant.ref_38
    strands = [reference] * copies
    for one in changed:
        for index, allele in enumerate(one.strands):
            if allele is not None:
                if len(allele) != len(reference):
                    return None
                bases = [{here, new} - {ref} for here, new, ref in zip(strands[index], allele, reference, strict=True)]
                if any(len(some) > 1 for some in bases):
                    return None
                strands[index] = "".join(some.pop() if some else ref for some, ref in zip(bases, reference, strict=True))
    return tuple(None if strand == reference else strand for strand in strands)


def _alleles_once(changed: Sequence[_Reading]) -> list[str]:
    """List the alleles that unphased records carry; one that several records write is not counted twice.

    A deletion is written by its own record and may be repeated as ``*`` in the records under it.
    """
    own, repeated = 0, 0
    counts: dict[str, int] = {}
    for one in changed:
        for allele in {allele for allele in one.strands if allele is not None}:
            count = one.strands.count(allele)
            if allele != DELETED:
                counts[allele] = max(counts.get(allele, 0), count)
            elif DELETED in one.record.alts:
                repeated = max(repeated, count)
            else:
                own += count
    counts[DELETED] = max(own, repeated)
    return [allele for allele, count in counts.items() for _ in range(count)]
