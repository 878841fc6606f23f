"""Where VCF lines come from: through an index, by searching a sorted bgzip file, or by reading all of it."""

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from garrod.genome.files.sites import chromosome_name, whole_number
from garrod.model.errors import Fault, InputError

if TYPE_CHECKING:
    import pysam

Windows = Mapping[str, tuple[tuple[int, int], ...]]

LONGEST_LINE: Final = 64 * 1024 * 1024
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
GZIP: Final = b"\x1f\x8b"
OUT_OF_ORDER: Final = "the records are out of order"
SORT_IT: Final = "sort the file (bcftools sort) and index it anew"
SUSPICIOUS_BYTES: Final = 4 * 1024 * 1024
SUSPICIOUS_RATIO: Final = 900


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed."""
    with path.open("rb") as handle:
        return handle.read(2) == GZIP


def is_bgzf(path: Path) -> bool:
    """Whether the file is block-compressed, so that it can be searched."""
    with path.open("rb") as handle:
        head = handle.read(18)
    return head[:4] == b"\x1f\x8b\x08\x04" and head[12:14] == b"BC"


def check_not_truncated(path: Path) -> None:
    """Refuse a block-compressed file without its end marker.

    Raises
    ------
    InputError
        When the marker is missing: the copy broke off.
    """
    with path.open("rb") as handle:
        handle.seek(0, io.SEEK_END)
        size = handle.tell()
        handle.seek(max(0, size - len(BGZF_END)))
        if handle.read() != BGZF_END:
            raise InputError(Fault(path.name, "the file is cut off (its end marker is missing)", "copy it again"))


class Lines:
    """Numbered text lines of a plain or gzip file, with limits on line length and on what it unpacks to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self._is_gzip = is_gzip(path)

    def __iter__(self) -> Iterator[str]:
        """Go through the lines.

        Raises
        ------
        InputError
            For a broken or bomb-like archive, a line without end, or bytes that are not text.
        """
        unpacked, next_look = 0, SUSPICIOUS_BYTES
        try:
            with self.path.open("rb") as packed, self._unpacked(packed) as handle:
                while raw := handle.readline(LONGEST_LINE):
                    self.number += 1
                    unpacked += len(raw)
                    if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
                        raise self._fault("the line is longer than 64 MB", "this is not a file of variants")
                    if unpacked > next_look:
                        next_look = unpacked + SUSPICIOUS_BYTES
                        if unpacked > SUSPICIOUS_RATIO * packed.tell():
                            raise self._fault("the file unpacks to far more than genomes do", "check where it comes from")
                    yield raw.decode("utf-8")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise self._fault("the compressed file is cut off or damaged", "copy it again") from None
        except UnicodeDecodeError:
            raise self._fault("this is not text", "give a VCF or a consumer text file") from None
        except OSError as error:
            raise self._fault(f"the file cannot be read ({error.strerror})", "check the file") from None

    def _unpacked(self, packed: IO[bytes]) -> IO[bytes]:
        return gzip.open(packed, "rb") if self._is_gzip else packed  # type: ignore[return-value]

    def _fault(self, what: str, remedy: str) -> InputError:
        return InputError(Fault(f"{self.path.name}:{max(self.number, 1)}", what, remedy))


def scanned(path: Path, windows: Windows, *, keep_all_starts: bool) -> Iterator[tuple[str, str]]:
    """Read every line and yield (place, line) of those that may touch a window.

    Parameters
    ----------
    keep_all_starts
        Keep lines with an END before a window too (reference blocks).

    Raises
    ------
    InputError
        For a position that is no number, or records out of order on a chromosome that matters.
    """
    lines = Lines(path)
    current = chromosome = ""
    last = 0
    left: set[str] = set()
    spans: tuple[tuple[int, int], ...] = ()
    for line in lines:
        if line.startswith("#"):
            continue
        tab = line.find("\t")
        if tab < 0:
            _check_blank(f"{path.name}:{lines.number}", line)
            continue
        name = line[:tab]
        if name != current:
            left.add(chromosome)
            current, chromosome, last = name, chromosome_name(name), 0
            if chromosome in left:
                raise InputError(Fault(f"{path.name}:{lines.number}", OUT_OF_ORDER, SORT_IT))
            spans = windows.get(chromosome, ())
        if not spans:
            continue
        second = line.find("\t", tab + 1)
        position = whole_number(line[tab + 1 : second])
        if position is None:
            raise InputError(Fault(f"{path.name}:{lines.number}", "the position is not a number", "repair or re-export the file"))
        if position < last:
            raise InputError(Fault(f"{path.name}:{lines.number}", OUT_OF_ORDER, SORT_IT))
        last = position
        for start, end in spans:
            if position > end:
                continue
            if position >= start - 1000 or (keep_all_starts and _covers(line, start)):
                yield f"{path.name}:{lines.number}", line
            break


def _check_blank(where: str, line: str) -> None:
    if line.strip():
        raise InputError(Fault(where, "this record is not separated by tabs", "repair or re-export the file"))


def _covers(line: str, start: int) -> bool:
    at = line.find("END=")
    if at < 0:
        return False
    end = whole_number(line[at + 4 : at + 20].split(";", maxsplit=1)[0].split("\t", maxsplit=1)[0])
    return end is not None and end >= start


def opened_by_index(path: Path, index: Path, last: str | None) -> "pysam.TabixFile | None":
    """Open the file with its tabix or CSI index; None where the index is not the file's own, or damaged.

    Parameters
    ----------
    last
        The file's last record, which its own index must find; that of an earlier copy does not. None where it is not known.
    """
    import pysam  # noqa: PLC0415 - only where a genome is read

    pysam.set_verbosity(0)
    try:
        opened = pysam.TabixFile(str(path), index=str(index))
        if last is not None:
            chromosome, position = last.split("\t", 2)[:2]
            place = whole_number(position) or 1
            if opened.contigs[-1:] != [chromosome] or last not in opened.fetch(chromosome, place - 1, place):
                return None
    except (OSError, ValueError, zlib.error):
        return None
    return opened


def indexed(path: Path, opened: "pysam.TabixFile", windows: Windows) -> Iterator[tuple[str, str]]:
    """Fetch the windows through the index.

    Raises
    ------
    InputError
        For a damaged file, or records out of order.
    """
    try:
        with opened as tabix:
            names = {chromosome_name(name): name for name in tabix.contigs}
            for chromosome, spans in windows.items():
                if chromosome not in names:
                    continue
                for start, end in spans:
                    yield from _fetched(path, tabix.fetch(names[chromosome], start - 1, end), chromosome)
    except (OSError, ValueError, zlib.error):
        raise InputError(
            Fault(path.name, "the file or its index is cut off or damaged", "copy both again, or index the file anew")
        ) from None


def _fetched(path: Path, lines: Iterator[str], chromosome: str) -> Iterator[tuple[str, str]]:
    last = 0
    for line in lines:
        position = whole_number(line.split("\t", 2)[1]) or 0
        if position < last:
            raise InputError(Fault(f"{path.name}:{chromosome}:{position}", OUT_OF_ORDER, SORT_IT))
        last = position
        yield f"{path.name}:{chromosome}:{position}", line


def index_of(path: Path) -> Path | None:
    """Return the index beside the file, if there is one."""
    for suffix in (".tbi", ".csi"):
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            return beside
    return None
