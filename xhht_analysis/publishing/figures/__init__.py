"""One builder per figure (`goals`, `places`, `pace`); the look in `base`, the set in `gallery`."""
