"""The look of every figure, and how a figure becomes bytes.

Builders in the modules beside this one return a `matplotlib.figure.Figure` whose label is its alt
text and whose gid is its title, or raise NoFiguresError: an empty frame is no picture. Nothing is
shown or written by building. Colours go from
dark (good) to light (bad) in even steps, so that a copy in grey keeps the order; shape and number
say the same.
"""

import io
import math
import textwrap
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter
from PIL import Image
from seaborn.utils import relative_luminance

from xhht_analysis.publishing.blocks import Block, prose
from xhht_analysis.publishing.labels import CLASS_ORDER
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.publishing.statements import Statement

PAGE_WIDTH = 6.7
"""Inches between the margins of an A4 page."""
DPI = 144
SMALL = 7.5
"""Points of the smallest letters."""
GREY, LIGHT = "#52606d", "#e4e7eb"
DATA, TARGET = "#0b4f8a", "#b3261e"
WHITE_TEXT_LUMINANCE = 0.183
"""Up to this relative luminance white text has a contrast of 4.5 (WCAG 2.2, 1.4.3)."""
SHADES = "#08306b #15579a #377bb3 #8994a0 #dea25a #f5c28a #fce3c8 #ffffff #ffffff"
CLASS_COLOURS = dict(zip(CLASS_ORDER, SHADES.split(), strict=True))
LEVEL_COLOURS = ("#ffffff", "#c6dbef", "#6baed6", "#08519c")
STYLE = {
    **sns.axes_style("whitegrid"),
    **sns.plotting_context("paper", font_scale=0.9),
    "font.family": "DejaVu Sans",
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "text.parse_math": False,
}


styled = mpl.style.context(["default", STYLE])
"""Decorator: builds and draws under the kit's style, whatever the notebook has set."""


def canvas(height: float, n: int = 1, columns: int = 1, **options) -> tuple[Figure, np.ndarray]:
    """New figure of ``n`` panels as wide as the page, ``height`` inches a row.

    Its axes come as a 2-d array; those unused are hidden.
    """
    rows = math.ceil(n / columns)
    figure = Figure((PAGE_WIDTH, height * rows), dpi=DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    for axis in axes.flat[n:]:
        axis.axis("off")
    return figure, axes


def finish(
    figure: Figure,
    run: ReportData,
    title: str,
    *alt: str,
    key: str,
) -> Figure:
    """Give a figure its title, alt text, source line and, for invented data, its mark.

    The title is kept for caption and file. ``key`` stands in a line above the source, with the
    signs that the figure has; what these mean is in the alt text, too.
    """
    shown = " ".join(text.get_text() for text in figure.findobj(Text))
    signs = run.labels.key((), f"{shown} {' '.join(alt)}")
    figure.set_gid(title)
    figure.set_label(" ".join([f"{title}.", *alt, signs]))
    key = "; ".join(filter(None, [key, signs]))
    lines = [textwrap.fill(text, 116) for text in (key, run.footer())]
    figure.supxlabel("\n".join(lines), fontsize=SMALL, color=GREY, x=0.01, ha="left")
    if run.is_sample:
        figure.suptitle(run.word("sample"), fontsize=9, color=TARGET, x=0.99, ha="right")
    return figure


def local_numbers(axis, run: ReportData) -> None:
    """Numbers of an axis as the language writes them: none is rounded onto another."""
    number = run.labels.number
    axis.set_major_formatter(FuncFormatter(lambda x, _: number(x, 0 if x % 1 == 0 else 2)))


def heat(axis, values, texts, colours, **options) -> None:
    """`seaborn.heatmap` of whole numbers that index ``colours``, with ``texts`` in the cells.

    Seaborn writes in white up to a luminance of 0.408, which middle shades are too light for.
    """
    sns.heatmap(
        values,
        annot=texts,
        fmt="",
        cmap=mpl.colors.ListedColormap(colours),
        vmin=-0.5,
        vmax=len(colours) - 0.5,
        cbar=False,
        linewidths=0.6,
        linecolor=LIGHT,
        ax=axis,
        **options,
    )
    for text in axis.texts:
        column, row = map(int, text.get_position())
        light = relative_luminance(colours[int(values[row][column])]) > WHITE_TEXT_LUMINANCE
        text.set_color("black" if light else "white")
    axis.set(xlabel="", ylabel="")
    axis.tick_params(axis="y", rotation=0)


def heat_of_verdicts(
    axis, statements: pd.DataFrame, text: Callable[[Statement], str], **options
) -> None:
    """`heat` of statements (None: an empty cell) in the colours of their classes."""
    heat(
        axis,
        statements.map(lambda s: CLASS_ORDER.index(s.key), "ignore").to_numpy(float),
        statements.map(text, "ignore").fillna("").to_numpy(),
        list(CLASS_COLOURS.values()),
        **options,
    )
    axis.xaxis.tick_top()


@styled
def png_of(figure: Figure) -> bytes:
    """PNG of a figure with its title and alt text inside, the same bytes every time."""
    stream = io.BytesIO()
    about = {"Title": figure.get_gid(), "Description": figure.get_label()}
    figure.savefig(stream, format="png", dpi=DPI, metadata=about)
    return stream.getvalue()


def save_figure(figure: Figure, folder: str | Path, name: str) -> bytes:
    """PNG of a figure, also written into ``folder`` unless that is empty."""
    png = png_of(figure)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(png)
    return png


def picture_or_note(run: ReportData, draw: Callable[[], bytes | Figure]) -> Block:
    """The picture that ``draw`` gives, or a note in its place where it finds no figures."""
    try:
        return picture(draw())
    except NoFiguresError as error:
        return prose([run.word("figure_empty", title=error)], "note")


def picture(png: bytes | Figure) -> Block:
    """Block of a drawn figure: caption, alt text and size are read from its PNG."""
    png = png if isinstance(png, bytes) else png_of(png)
    image = Image.open(io.BytesIO(png))
    about = image.text
    content = {"kind": "picture", "caption": about["Title"], "alt": about["Description"]}
    width, height = (round(96 * side / DPI) for side in image.size)
    return Block(content | {"width": width, "height": height}, png)
