"""What connectors that speak JSON have in common: bodies read within bounds, refusals, moments, pages of lists."""
