"""The texts of figures, measured by Pillow; in PNG also drawn by it, in SVG they stay text.

Matplotlib shapes a line anew for each measure and drawing, blends it glyph by glyph in Python and
reads the font's own tables again for every text: more than half the time of a figure. The font is
the same.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import TextIO

import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from PIL import Image, ImageDraw, ImageFont

POINTS = 72
FINE = 20
"""SVG is measured this many times larger: Pillow's measures are whole pixels."""


@cache
def _font(path: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=10_000)
def _box(font: ImageFont.FreeTypeFont, text: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line beside the start of its baseline, downwards."""
    return font.getbbox(text, anchor="ls")


@cache
def _path(families: tuple[str, ...], weight: str | int, style: str, sans: tuple[str, ...]) -> str:
    return str(findfont(FontProperties(family=list(families), weight=weight, style=style)))


@cache
def _heights(path: str) -> tuple[float, float, float]:
    """Ascent, descent and gap between lines of a font, in sizes of the font."""
    font = get_font(path)
    table, em = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
    return tuple(table[k] / em for k in ("sTypoAscender", "sTypoDescender", "sTypoLineGap"))


class PillowMeasures:
    """What matplotlib asks a renderer about texts. The kit's figures have no formulas."""

    dpi: float
    fine = 1

    def font_of(self, prop: FontProperties) -> ImageFont.FreeTypeFont:
        """Font of matplotlib's font properties at this resolution."""
        pixels = prop.get_size_in_points() * self.dpi / POINTS
        return _font(_path_of(prop), pixels * self.fine)

    def get_text_width_height_descent(self, s, prop, ismath):
        """Pixels: width, height and how far the text reaches below its line."""
        _, top, right, bottom = _box(self.font_of(prop), s)
        return right / self.fine, (bottom - top) / self.fine, bottom / self.fine

    def _get_font_height_metrics(self, prop):
        """Pixels: ascent, descent, gap; matplotlib reads the font itself where this is missing."""
        ascent, descent, gap = _heights(_path_of(prop))
        pixels = prop.get_size_in_points() * self.dpi / POINTS
        return ascent * pixels, -descent * pixels, gap * pixels


def _path_of(prop: FontProperties) -> str:
    sans = tuple(rcParams["font.sans-serif"])  # what "sans-serif" means now
    return _path(tuple(prop.get_family()), prop.get_weight(), prop.get_style(), sans)


class TextRenderer(PillowMeasures, RendererAgg):
    """Agg with Pillow's text."""

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Blend one line whose baseline starts at (x, y), y downwards."""
        font = self.font_of(prop)
        left, top, right, bottom = _box(font, s)
        image = Image.new("L", (max(right - left, 1), max(bottom - top, 1)))
        ImageDraw.Draw(image).text((-left, -top), s, fill=255, font=font, anchor="ls")
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        corner = (x + left * cos + bottom * sin, y - left * sin + bottom * cos)
        self._renderer.draw_text_image(np.array(image), *map(round, corner), angle, gc)


class TextCanvas(FigureCanvasAgg):
    """Canvas of a figure whose texts Pillow draws."""

    def get_renderer(self) -> TextRenderer:
        """One renderer for layout and drawing: it remembers what it has measured."""
        if not hasattr(self, "renderer"):
            self.renderer = TextRenderer(*self.figure.bbox.size, self.figure.dpi)
        return self.renderer


class SvgRenderer(PillowMeasures, RendererSVG):
    """SVG whose texts Pillow measures."""

    dpi, fine = POINTS, FINE


def draw_svg(figure: Figure, stream: TextIO, metadata: dict) -> None:
    """Write ``figure`` to ``stream`` as SVG, at 72 pixels an inch as matplotlib does."""
    figure.set_dpi(POINTS)
    renderer = SvgRenderer(*figure.bbox.size, stream, image_dpi=POINTS, metadata=metadata)
    figure.draw(renderer)
    renderer.finalize()
