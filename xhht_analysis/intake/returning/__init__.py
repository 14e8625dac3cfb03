"""What goes back to the offices: templates, marked copies, remedies, who has submitted."""
