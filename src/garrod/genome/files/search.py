"""Find windows in a sorted bgzip file that has no index, by bisection over its compressed blocks.

Every probe must be in order with the probes around it; where one is not, the file is not sorted and the caller reads
all of it.
"""

import itertools
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from garrod.genome.files.sites import chromosome_name, whole_number
from garrod.genome.files.sources import LONGEST_LINE, Windows

MAGIC: Final = b"\x1f\x8b\x08\x04"
HEAD: Final = 18
WINDOW: Final = 1 << 17  #: two blocks at most lie in this many bytes
LOOK_BACK: Final = 1000  #: bases before a window at which a long deletion may start
SMALL: Final = 1 << 19  #: a file of fewer bytes is read whole: that costs little, and shows whether it is sorted

Key = tuple[int, int]
PlacedLine = tuple[str, str]


class NotSorted(Exception):  # noqa: N818 - a signal within this module, not a fault of the input
    """The records are not in order."""


def searched(path: Path, windows: Windows, contigs: Sequence[str]) -> Iterator[PlacedLine] | None:
    """Return the lines that may touch a window, or None where the file cannot be searched."""
    order = {name: index for index, name in enumerate(contigs)}
    if path.stat().st_size < SMALL:
        return None
    try:
        with path.open("rb") as handle:
            found = list(_Search(path, handle, order).lines(windows))
    except (NotSorted, zlib.error, struct.error, UnicodeDecodeError):
        return None
    return iter(found)


def last_record(path: Path) -> str | None:
    """Return the last line of a block-compressed file; None where it is no record, or longer than a block."""
    try:
        with path.open("rb") as handle:
            search = _Search(path, handle, {})
            block = search.block_at_or_after(max(0, search.size - WINDOW))
            lines = [] if block is None else b"".join(search.blocks_from(block)).rstrip(b"\r\n").split(b"\n")
            # The first piece may have begun in the block before.
            last = lines[-1].decode("utf-8").rstrip("\r") if len(lines) > 1 else "#"
    except (NotSorted, zlib.error, struct.error, UnicodeDecodeError):
        return None
    return None if last.startswith("#") or "\t" not in last else last


class _Search:
    """One open file, its probes so far, and the order of its contigs."""

    def __init__(self, path: Path, handle: IO[bytes], order: dict[str, int]) -> None:
        self.name = path.name
        self.handle = handle
        self.order = order
        self.size = path.stat().st_size
        self.probes: dict[int, Key | None] = {}

    def lines(self, windows: Windows) -> Iterator[PlacedLine]:
        wanted = [
            (self.order[chromosome], start, end) for chromosome, spans in windows.items() if chromosome in self.order
            for start, end in spans
        ]  # fmt: skip
        if not wanted and windows:
            raise NotSorted
        seen: set[str] = set()
        for chromosome, start, end in sorted(wanted):
            offset = self._last_block_before((chromosome, start - LOOK_BACK))
            last = (0, 0)
            for line, key in self._lines_from(offset):
                if key < last:
                    raise NotSorted
                last = key
                if key > (chromosome, end):
                    break
                if key >= (chromosome, start - LOOK_BACK) and line not in seen:
                    seen.add(line)
                    yield f"{self.name}:{line.split(chr(9), 2)[0]}:{key[1]}", line
        self._check_order()

    def _check_order(self) -> None:
        keys = [key for _, key in sorted(self.probes.items()) if key is not None]
        if any(later < earlier for earlier, later in itertools.pairwise(keys)):
            raise NotSorted

    def _last_block_before(self, key: Key) -> int:
        low, high = 0, self.size
        while high - low > WINDOW:
            middle = (low + high) // 2
            block = self.block_at_or_after(middle)
            first = None if block is None else self._first_key(block)
            if block is None or first is None or first >= key:
                high = middle
            else:
                low = block
        return low

    def block_at_or_after(self, offset: int) -> int | None:
        """Return the offset of the next block whose own successor is a block too."""
        self.handle.seek(offset)
        raw = self.handle.read(WINDOW)
        at = raw.find(MAGIC)
        while 0 <= at < len(raw) - HEAD:
            if raw[at + 12 : at + 14] == b"BC":
                follow = at + struct.unpack("<H", raw[at + 16 : at + 18])[0] + 1
                if offset + follow == self.size or raw[follow : follow + 4] == MAGIC:
                    return offset + at
            at = raw.find(MAGIC, at + 1)
        return None

    def _first_key(self, block: int) -> Key | None:
        """Return the key of the first whole line that begins in or after a block."""
        if block not in self.probes:
            lines = self._lines_from(block)
            self.probes[block] = next((key for _, key in lines), None)
        return self.probes[block]

    def blocks_from(self, offset: int) -> Iterator[bytes]:
        while offset < self.size:
            self.handle.seek(offset)
            head = self.handle.read(HEAD)
            if len(head) < HEAD or head[:4] != MAGIC:
                raise NotSorted
            length = struct.unpack("<H", head[16:18])[0] + 1
            body = self.handle.read(length - HEAD)
            yield zlib.decompress(body[:-8], wbits=-15)
            offset += length

    def _lines_from(self, offset: int) -> Iterator[tuple[str, Key]]:
        """Go through whole lines; the first piece of a block in mid-file belongs to the block before."""
        rest: list[bytes] = []
        length, drop_first = 0, offset > 0
        for block in self.blocks_from(offset):
            if b"\n" not in block:
                rest.append(block)
                length += len(block)
                if length > LONGEST_LINE:
                    raise NotSorted
                continue
            pieces = b"".join((*rest, block)).split(b"\n")
            rest = [pieces.pop()]
            length = len(rest[0])
            if drop_first:
                pieces = pieces[1:]
                drop_first = False
            for raw in pieces:
                if raw and not raw.startswith(b"#"):
                    yield self._keyed(raw.decode("utf-8"))
        left = b"".join(rest)
        if left and not drop_first and not left.startswith(b"#"):
            yield self._keyed(left.decode("utf-8"))

    def _keyed(self, line: str) -> tuple[str, Key]:
        cells = line.split("\t", 2)
        place = self.order.get(chromosome_name(cells[0]))
        position = whole_number(cells[1]) if len(cells) == 3 else None
        if place is None or position is None:
            raise NotSorted
        return line, (place, position)
