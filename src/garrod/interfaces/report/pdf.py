"""The report as PDF, by an optional library."""

from garrod.model.errors import Fault, InputError


def print_pdf(page: str) -> bytes:
    """Return the page as PDF.

    Raises
    ------
    InputError
        When the ``pdf`` extra is not installed.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - optional and heavy
    except ImportError:
        raise InputError(Fault("--pdf", "the pdf extra is not installed", "pip install 'garrod[pdf]'")) from None
    written: bytes = HTML(string=page).write_pdf()
    return written
