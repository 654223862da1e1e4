"""What a release needs that is no part of the package; see the Makefile."""
