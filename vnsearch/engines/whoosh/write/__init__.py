"""Documents -> segments (docs/index-format.md says what is in one)."""
