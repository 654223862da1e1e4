"""Files -> index: the plan, the reading, the update."""
