"""The files of the index: segments, stored fields, the manifest."""
