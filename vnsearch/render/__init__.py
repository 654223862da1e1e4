"""Results -> output: one module per form, and only `terminal` knows rich.

jsonform.py   for scripts
plain.py      text for pipes, and for what needs no style
terminal.py   search results and progress on a terminal
"""
