"""SMS campaigns on a selection of the people list: from the selection to the report."""
