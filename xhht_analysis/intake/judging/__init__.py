"""Claims to the panel: impossible is rejected, improbable is a finding, communes add up."""
