"""Results -> output, one module per form; only `terminal` imports rich.

jsonform.py   JSON, for programs
plain.py      plain text, for pipes and for output without style
terminal.py   search results and progress on a terminal
links.py      addresses of hits for hyperlinks
safety.py     escaping what could control a terminal
streams.py    writing to stdout and stderr
"""
