"""Sheets of cells to claims: forms recognised by their headings, units, ages, deeds."""
