"""Text -> tokens, one by one and in bulk; documents -> passages."""
