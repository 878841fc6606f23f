"""A care plan as pages for people: the report, and what goes on paper for the counter and the ward."""

from garrod.interfaces.report.leaflet import render_leaflet
from garrod.interfaces.report.page import render_report
from garrod.interfaces.report.pdf import print_pdf
from garrod.interfaces.report.review_sheet import render_review_sheet
from garrod.interfaces.report.worksheet import render_worksheet

__all__ = ["print_pdf", "render_leaflet", "render_report", "render_review_sheet", "render_worksheet"]
