"""Documents -> segments."""
