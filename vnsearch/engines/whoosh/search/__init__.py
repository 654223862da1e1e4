"""Query + posting lists -> the best documents."""
