"""The look of every figure, and how a figure becomes bytes.

Builders in the modules beside this one return a `matplotlib.figure.Figure` whose
suptitle is the title and whose label is the alt text; nothing is shown or written by building.
Colours follow blue (good) to orange (bad) and are told apart by lightness, shape and number too.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.ticker import FuncFormatter
from PIL import Image

from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.figures.texts import TextCanvas, draw_svg
from xhht_analysis.publishing.material import Material

PAGE_WIDTH = 6.7
"""Inches between the margins of an A4 page."""
TITLE_EDGE = 0.05
"""Inches above the title and below the source line."""
DPI, NEARLY_WHITE = 144, 250
INK, GREY, LIGHT, EDGE = "#1f2933", "#6b7785", "#e4e7eb", "#b8c2cc"
DATA, TARGET = "#0b4f8a", "#b3261e"
CLASS_COLOURS = {
    "reached": "#08306b",
    "very_likely": "#2171b5",
    "likely": "#9ecae1",
    "open": "#d9d9d9",
    "unlikely": "#fdb863",
    "very_unlikely": "#b35806",
    "missed": "#7f2704",
    "no_data": "#ffffff",
}
LEVEL_COLOURS = ("#ffffff", "#c6dbef", "#6baed6", "#08519c")
BAND_COLOURS = {95: "#d6e4f0", 80: "#a9c9e4", 50: "#6ba3d0"}
BAND_LEVELS = {95: (0.025, 0.975), 80: (0.1, 0.9), 50: (0.25, 0.75)}
STYLE = {
    "axes.axisbelow": True,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "xtick.bottom": False,
    "ytick.left": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "grid.color": LIGHT,
    "figure.titlesize": 11,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.6,
    "text.parse_math": False,
    "axes.titley": 1.0,
    "svg.hashsalt": "xhht",
    "svg.fonttype": "none",
}


def figure_style():
    """Context in which the kit's figures are built and drawn: matplotlib's defaults and `STYLE`."""
    defaults = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith("backend")}
    return mpl.rc_context({**defaults, **STYLE})


def styled(builder: Callable[..., Figure]) -> Callable[..., Figure]:
    """Build under the kit's style, whatever the notebook has set."""

    @wraps(builder)
    def build(*args, **kwargs) -> Figure:
        with figure_style():
            return builder(*args, **kwargs)

    return build


def canvas(height: float, rows: int = 1, columns: int = 1, **options) -> tuple[Figure, np.ndarray]:
    """New figure as wide as the page, with its axes as a 2-d array."""
    figure = Figure(figsize=(PAGE_WIDTH, height), layout=TightLayoutEngine(pad=0.6))
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def finish(figure: Figure, material: Material, title: str, alt: str, *, key: str = "") -> Figure:
    """Give a figure its title, alt text, source line and, for invented data, its mark.

    ``key`` explains signs in a line of its own above the source.
    """
    edge = TITLE_EDGE / figure.get_figheight()
    figure.suptitle(wrapped(title, 66), x=0.01, y=1 - edge, ha="left")
    figure.set_label(alt)
    lines = [wrapped(text, 136) for text in (key, material.footer()) if text]
    figure.supxlabel("\n".join(lines), fontsize=6.5, color=GREY, x=0.01, y=edge, ha="left")
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # else each drawing looks for the place of no label
    if material.is_sample:
        mark = {"fontsize": 30, "weight": "bold", "alpha": 0.10, "rotation": 18, "zorder": 10}
        figure.text(0.5, 0.5, material.labels.word("sample"), ha="center", va="center", **mark)
    return figure


@dataclass(frozen=True)
class Cell:
    """One field of a grid: its corner, size, colour and text; ``hatched`` says "not known"."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    text: str
    hatched: bool = False


def draw_cells(axes, cells: Sequence[Cell], *, edge: str = EDGE, lw: float = 0.6, **font) -> None:
    """Fill the fields of a grid and write in each; texts stay inside and need no layout."""
    for hatch in (None, "////"):
        some = [c for c in cells if c.hatched == (hatch is not None)]
        corners = [[(c.x, c.y), (c.x + c.width, c.y), (c.x + c.width, c.y + c.height),
                    (c.x, c.y + c.height)] for c in some]  # fmt: skip
        axes.add_collection(PolyCollection(corners, facecolors=[c.colour for c in some],
                                           edgecolors=edge, lw=lw, hatch=hatch,
                                           clip_on=False))  # fmt: skip
    for c in cells:
        axes.text(c.x + c.width / 2, c.y + c.height / 2, c.text, ha="center", va="center",
                  color=ink_on(c.colour), clip_on=True, **{"fontsize": 7.5, **font})  # fmt: skip


def draw_bands(axes, bands) -> None:
    """Ranges of 95, 80 and 50 % and the median of a frame: years by quantile level."""
    for level, (low, high) in BAND_LEVELS.items():
        if low in bands and high in bands:
            axes.fill_between(bands.index, bands[low], bands[high], lw=0, color=BAND_COLOURS[level])
    if 0.5 in bands:
        axes.plot(bands.index, bands[0.5], color=DATA, lw=1.4, ls=(0, (4, 2)), gid="median")


def empty(axes, text: str) -> None:
    """Say in an axes that there is nothing to draw."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])


def nothing(material: Material, title: str, alt: str) -> Figure:
    """Figure that says that there is nothing to draw."""
    figure, axes = canvas(2)
    empty(axes[0, 0], material.labels.word("fan.empty"))
    return finish(figure, material, title, alt)


def local_numbers(axis, material: Material, decimals: int = 0) -> None:
    """Numbers of an axis with the decimal sign of the language."""
    axis.set_major_formatter(FuncFormatter(lambda x, _: material.labels.number(x, decimals)))


def wrapped(text: str, width: int) -> str:
    """``text`` broken into lines of at most ``width`` characters."""
    return "\n".join(textwrap.wrap(text, width)) or text


def clip(text: str, width: int = 24) -> str:
    """``text`` no longer than ``width``: a name beside an axis must leave room for the axis."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


@cache
def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour`` (WCAG relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


def settle(figure: Figure) -> TextCanvas:
    """Lay a figure out once and for all: drawing it again would lay it out again."""
    with figure_style():
        figure.set_dpi(DPI)
        canvas = TextCanvas(figure)
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine("none")
    return canvas


def png_bytes(figure: Figure) -> bytes:
    """PNG of a figure, the same bytes every time."""
    stream, canvas = io.BytesIO(), settle(figure)
    with figure_style():
        canvas.draw()
    # 256 colours of a flat drawing look the same and weigh a third
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    image = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    image.putpalette([255 if v > NEARLY_WHITE else v for v in image.getpalette()])
    image.save(stream, "png", dpi=(DPI, DPI))
    return stream.getvalue()


def svg_bytes(figure: Figure) -> bytes:
    """SVG of a figure, the same bytes every time; its texts can be read out, searched, edited."""
    stream = io.StringIO()
    settle(figure)
    said = {"Title": " ".join(figure.get_suptitle().split()), "Description": figure.get_label()}
    with figure_style():
        draw_svg(figure, stream, said | {"Date": None, "Creator": None})
    text = stream.getvalue().replace("<svg ", '<svg xml:space="preserve" ', 1)
    return text.encode("utf-8")


def save_figure(figure: Figure, folder: str | Path, name: str) -> list[Path]:
    """Write ``name``.png and ``name``.svg into ``folder``; an empty folder writes nothing."""
    if not folder:
        return []
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    for path, content in zip(paths, (png_bytes(figure), svg_bytes(figure)), strict=True):
        path.write_bytes(content)
    return paths


def save_all(drawn: dict[str, Callable[[], Figure]], folder: str | Path) -> dict[str, Block]:
    """Draw and save one figure after the other (empty ``folder``: nowhere); blocks by name."""
    return {name: _saved(name, draw(), folder) for name, draw in drawn.items()}


def _saved(name: str, figure: Figure, folder: str | Path) -> Block:
    saved = save_figure(figure, folder, name)
    return picture(figure, saved[0].read_bytes() if saved else None)


def picture(figure: Figure, png: bytes | None = None) -> Block:
    """Block of a figure: its suptitle becomes the caption, its label the alt text.

    ``png`` is shown when it is already drawn; else the figure is drawn without its suptitle.
    """
    caption = figure.get_suptitle()
    if png is None:
        figure.suptitle("")
        png = png_bytes(figure)
        figure.suptitle(caption)
    content = {"kind": "picture", "caption": " ".join(caption.split()), "alt": figure.get_label()}
    return Block(content | {"inches": float(figure.get_figwidth())}, png)
