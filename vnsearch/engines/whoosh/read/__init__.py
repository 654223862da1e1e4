"""Segments -> posting lists, token strings and stored fields."""
