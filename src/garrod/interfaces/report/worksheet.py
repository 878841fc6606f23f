"""The compounding worksheet on paper: quantities and checks; what only a pharmacist can say stays empty."""

from decimal import Decimal

from garrod.interfaces.report.page import environment, template_text
from garrod.medicines.compounding import Worksheet
from garrod.model.careplan import CarePlan


def render_worksheet(sheet: Worksheet, plan: CarePlan) -> str:
    """Return the worksheet as one self-contained HTML page."""
    return (
        environment()
        .get_template("worksheet.html.j2")
        .render(
            style=template_text("sheet.css"),
            sheet=sheet,
            request=sheet.request,
            person=plan.person,
            number=_number,
            percent=f"{float(sheet.change):+.2%}",
            run=plan.run,
        )
    )


def _number(value: Decimal) -> str:
    """Write an amount without needless zeros, to four decimals."""
    return f"{value.quantize(Decimal('0.0001')).normalize():f}"
