"""What the caller says of a genome file."""

from dataclasses import dataclass, field

from garrod.model.genotypes import Assembly, ReadThresholds


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read; None means: as the file says.

    Attributes
    ----------
    all_samples
        Read every sample of the file, in one pass.
    absent_is_reference
        The caller promises that a position the file does not list was read as reference.
    """

    sample: str | None = None
    all_samples: bool = False
    assembly: Assembly | None = None
    absent_is_reference: bool = False
    thresholds: ReadThresholds = field(default_factory=ReadThresholds)
