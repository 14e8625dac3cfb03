"""Whether the texts of a figure overlap: a figure for print has none that do."""

from collections.abc import Iterable

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def overlapping_texts(figure: Figure, texts: Iterable | None = None) -> list[tuple[str, str]]:
    """Pairs of visible texts whose boxes overlap: a figure for print has none."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = texts if texts is not None else [t for a in figure.axes for t in _visible_texts(a)]
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in found]
    return [
        (a, b)
        for i, (a, box) in enumerate(boxes)
        for b, other in boxes[i + 1 :]
        if box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9))
    ]


def _visible_texts(axes) -> list:
    ticks = [
        label
        for axis in (axes.xaxis, axes.yaxis)
        for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
        if min(axis.get_view_interval()) <= place <= max(axis.get_view_interval())
    ]
    shown = [*axes.texts, *(ticks if axes.axison else ())]
    return [t for t in shown if t.get_visible() and t.get_text().strip()]
