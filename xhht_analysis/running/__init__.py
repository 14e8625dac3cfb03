"""How it runs: papermill in order, schedules, the `xhht` command."""
