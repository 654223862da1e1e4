"""vnsearch: full-text search for Vietnamese documents."""

__version__ = "0.1.0"
