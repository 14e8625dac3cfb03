"""The text of PNG figures, drawn line by line with Pillow.

Matplotlib shapes a line anew for each measure and drawing and blends it glyph by glyph in Python,
which was half the time of a figure. The font is the same; the SVG keeps its texts as text.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

POINTS = 72


@cache
def _font(path: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


class TextRenderer(RendererAgg):
    """Agg with Pillow's text. Formulas are not for it: the kit's figures have none."""

    def font_of(self, prop) -> ImageFont.FreeTypeFont:
        """Font of matplotlib's font properties at this resolution."""
        return _font(str(findfont(prop)), prop.get_size_in_points() * self.dpi / POINTS)

    def get_text_width_height_descent(self, s, prop, ismath):
        """Pixels: width, height and how far the text reaches below its line."""
        _, top, right, bottom = self.font_of(prop).getbbox(s, anchor="ls")
        return right, bottom - top, bottom

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Blend one line whose baseline starts at (x, y), y downwards."""
        font = self.font_of(prop)
        left, top, right, bottom = font.getbbox(s, anchor="ls")
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
