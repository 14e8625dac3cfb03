"""How it runs: stages through papermill, schedules, the `xhht` command."""
