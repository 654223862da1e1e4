"""Query -> results: the search itself, and what is shown of a hit."""
