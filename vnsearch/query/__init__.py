"""Typed words -> query: its clauses, and what an index says they mean."""
