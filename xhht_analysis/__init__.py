"""Analysis kit for a province's learning-society plan.

Submissions in, an honest answer out: `plan` holds what was promised, `intake` what was
submitted, `forecasting` what will happen, `publishing` what people see, `running` how it runs.
"""

__version__ = "0.1.0"
