"""Analysis kit for Tiền Giang's learning-society plan 2021-2030.

Submissions in, an honest answer out: `plan` holds what was promised, `intake` what was
submitted, `forecasting` what will happen, `publishing` what people see, `running` how it runs.
"""

__version__ = "0.1.0"
