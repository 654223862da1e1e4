"""The folder of an index: where it is, its generations, checksums, lock and catalog."""
