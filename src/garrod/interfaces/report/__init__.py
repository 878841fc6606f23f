"""A care plan as a page for people: one self-contained HTML file that prints well, and PDF."""

from garrod.interfaces.report.page import render_report
from garrod.interfaces.report.pdf import print_pdf

__all__ = ["print_pdf", "render_report"]
