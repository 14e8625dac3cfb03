"""What will happen: predictive distributions for shares and levels, and verdicts on targets."""
