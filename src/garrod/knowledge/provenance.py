"""Where knowledge comes from: one row a source, cited by every other row."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication, file or database release that rows were read from."""

    source_id: str
    title: str
    version: str
    content_date: date | None = None  #: how old the content is, for staleness
    date_read: date
    license: str
    identifier: str | None = None  #: PMID, DOI, commit or label id
    attribution: str | None = None
    note: str | None = None
