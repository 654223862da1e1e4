"""Roots -> files: paths and their names in an index, globs, the scan of a folder."""
