"""What was promised: goals, administrative units with dates, recognition rules."""
