"""What goes back to the offices: templates, marked copies, who has submitted."""
