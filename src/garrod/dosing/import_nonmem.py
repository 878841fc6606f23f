"""Turn a NONMEM control stream into a draft of a dose-model file."""

from garrod.dosing.code_tokens import refuse
from garrod.dosing.import_draft import Draft


def draft_of_control_stream(content: bytes, where: str) -> Draft:
    """Read a control stream."""
    refuse(where, 1, f"control streams of {len(content)} bytes are not read yet", "give a JSON5 file")
