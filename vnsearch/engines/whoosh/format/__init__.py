"""The files of an index: segment files, stored fields, the manifest (docs/index-format.md)."""
