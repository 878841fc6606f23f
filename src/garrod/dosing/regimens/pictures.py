"""A curve as an SVG picture that stands in a page or a notebook by itself: no script, readable in print and without color."""

from collections.abc import Iterator
from html import escape
from typing import Final

import numpy as np

from garrod.dosing.estimating.evaluation import Evaluation
from garrod.dosing.models.expressions import Array
from garrod.dosing.regimens.curves import Curve

WIDTH: Final = 720
HEIGHT: Final = 320
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 18, 46
TICKS: Final = 6
LONG_H: Final = 336.0  #: a picture longer than this counts in days


def svg(one: Curve, title: str) -> str:
    """Return the picture of a curve.

    Parameters
    ----------
    title
        What it shows, for those who hear it read; also drawn on top.
    """
    scale = _Scale(one)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<text x="{LEFT}" y="12" font-weight="bold">{escape(title)}</text>',
        *_axes(one, scale),
        *_target(one, scale),
        *_band(one, scale),
        *_now(one, scale),
        *_levels(one, scale),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


class _Scale:
    """From hours and concentrations to places in the picture."""

    def __init__(self, one: Curve) -> None:
        tops = [float(np.nanmax(one.high)), *(value for _, value, _ in one.levels)]
        if one.window is not None and one.window.high is not None:
            tops.append(one.window.high)
        self.first, self.last = float(one.hours[0]), float(max(one.hours[-1], one.hours[0] + 1e-9))
        self.top = _nice(max(1e-9, *tops) * 1.05)

    def x(self, hour: float) -> float:
        return LEFT + (hour - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - min(max(value, 0.0), self.top) / self.top * (HEIGHT - TOP - BOTTOM)

    def path(self, hours: Array, values: Array) -> str:
        some = [(hour, value) for hour, value in zip(hours, values, strict=True) if np.isfinite(value)]
        return "M" + " L".join(f"{self.x(hour):.1f} {self.y(value):.1f}" for hour, value in some)


def _nice(value: float) -> float:
    """Return the next value whose quarters are short numbers.

    >>> _nice(43.0), _nice(0.07), _nice(26.0)
    (60.0, 0.08, 40.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    found = next(power * one for one in (1, 1.2, 1.6, 2, 2.4, 4, 6, 8, 10) if power * one >= value * (1 - 1e-9))
    return float(np.round(found, 12))


def _axes(one: Curve, scale: _Scale) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for place in range(5):
        value = scale.top * place / 4
        y = scale.y(value)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    unit, name = (24.0, "days") if scale.last - scale.first > LONG_H else (1.0, "hours")
    step = _step((scale.last - scale.first) / unit)
    tick = np.ceil(scale.first / unit / step) * step
    while tick * unit <= scale.last + 1e-9:
        x = scale.x(tick * unit)
        yield f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 4}" stroke="#333"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{tick:g}</text>'
        tick += step
    yield f'<line x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" stroke="#333"/>'
    yield f'<text x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">{name} since the first record</text>'
    yield (
        f'<text x="14" y="{(TOP + bottom) / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {(TOP + bottom) / 2:.0f})">{escape(one.unit)}</text>'
    )


def _step(span: float) -> float:
    return next((one for one in (1, 2, 3, 6, 12, 24, 48, 72, 168) if span / one <= 2 * TICKS), _nice(span / TICKS))


def _target(one: Curve, scale: _Scale) -> Iterator[str]:
    if one.window is None:
        return
    low, high = one.window.low or 0.0, one.window.high if one.window.high is not None else scale.top
    y, height = scale.y(high), scale.y(low) - scale.y(high)
    yield (
        f'<rect x="{LEFT}" y="{y:.1f}" width="{WIDTH - LEFT - RIGHT}" height="{height:.1f}" fill="#2e7d32" fill-opacity="0.10" '
        'stroke="#2e7d32" stroke-dasharray="2 3"/>'
    )
    yield f'<text x="{WIDTH - RIGHT - 4}" y="{y + 13:.1f}" text-anchor="end" fill="#1b5e20">target</text>'


def _band(one: Curve, scale: _Scale) -> Iterator[str]:
    shape = scale.path(one.hours, one.high) + " " + scale.path(one.hours[::-1], one.low[::-1]).replace("M", "L", 1) + " Z"
    yield f'<path d="{shape}" fill="#1f4e9c" fill-opacity="0.16" stroke="none"/>'
    if np.isfinite(one.population).any():
        yield f'<path d="{scale.path(one.hours, one.population)}" fill="none" stroke="#777" stroke-dasharray="5 4"/>'
    yield f'<path d="{scale.path(one.hours, one.middle)}" fill="none" stroke="#1f4e9c" stroke-width="2"/>'


def _now(one: Curve, scale: _Scale) -> Iterator[str]:
    if one.now is None:
        return
    x = scale.x(one.now)
    yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#333" stroke-dasharray="1 3"/>'
    yield f'<text x="{x + 4:.1f}" y="{TOP + 12}">next dose</text>'


def _levels(one: Curve, scale: _Scale) -> Iterator[str]:
    for hour, value, below in one.levels:
        x, y = scale.x(hour), scale.y(value)
        if below:
            yield f'<path d="M{x - 5:.1f} {y:.1f} h10 M{x:.1f} {y:.1f} v8 m-3 -3 l3 3 l3 -3" fill="none" stroke="#8e1b1b"/>'
        else:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="#fff" stroke="#8e1b1b" stroke-width="2"/>'


def interval_words(hours: float) -> str:
    """Write an interval, in days from a week on.

    >>> interval_words(12), interval_words(672)
    ('12 h', '28 days')
    """
    return f"{hours:g} h" if hours < 168 else f"{hours / 24:g} days"


def forecasts_svg(made: Evaluation) -> str:
    """Return predicted against observed levels, first ones open and later ones filled, with the lines of 30 % about identity."""
    side, left, top = 360, 60, 26
    values = [one.observed for one in made.foretold] + [one.predicted for one in made.foretold]
    most = _nice(max(1e-9, *values) if values else 1.0)

    def x(value: float) -> float:
        return left + min(max(value, 0.0), most) / most * side

    def y(value: float) -> float:
        return top + side - min(max(value, 0.0), most) / most * side

    title = f"{made.model}: each level foretold from what was known before it"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 90} {side + 80}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<text x="{left}" y="14" font-weight="bold">{escape(title)}</text>',
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#333"/>',
    ]
    for factor, dash in ((1.0, ""), (1.3, ' stroke-dasharray="4 4"'), (0.7, ' stroke-dasharray="4 4"')):
        end = min(most, most / factor)
        lines.append(f'<line x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(end):.1f}" y2="{y(end * factor):.1f}" stroke="#777"{dash}/>')
    for place in range(5):
        value = most * place / 4
        lines.append(f'<text x="{x(value):.1f}" y="{top + side + 16}" text-anchor="middle">{value:g}</text>')
        lines.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for one in made.foretold:
        fill = "#1f4e9c" if one.earlier else "#fff"
        at = f'cx="{x(one.observed):.1f}" cy="{y(one.predicted):.1f}"'
        lines.append(f'<circle {at} r="3.2" fill="{fill}" fill-opacity="0.7" stroke="#1f4e9c"/>')
    lines.append(f'<text x="{left + side / 2:.0f}" y="{top + side + 36}" text-anchor="middle">observed</text>')
    lines.append(
        f'<text x="14" y="{top + side / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {top + side / 2:.0f})">foretold</text>'
    )
    note = "open: first levels, from covariates alone; filled: later ones; broken lines: 30 % off"
    lines.append(f'<text x="{left}" y="{top + side + 52}" font-size="11">{note}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
