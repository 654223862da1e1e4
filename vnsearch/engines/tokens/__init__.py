"""Documents -> passages, and the tokens of these and of names, in bulk: for every engine."""
