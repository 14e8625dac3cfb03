"""Property tests: the same examples every time, and no clock (machines differ)."""

from hypothesis import settings

settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")
