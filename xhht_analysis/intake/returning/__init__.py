"""What goes back to the offices: templates, lists of repairs, who has submitted."""
