"""Text -> tokens, one by one and in bulk; a few words in a text; documents -> passages."""
