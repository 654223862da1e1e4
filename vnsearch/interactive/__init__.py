"""The screen one types into: search as you type, read, narrow down, open. Only this room imports
Textual, and only the command imports this room.

asking.py      what the screen asks of an index, and the answers
worker.py      the thread that answers
lines.py       a text -> the lines of a pane, as many as are shown
telling.py     how a search went, on one line
pane.py        what the panes have in common
hits.py        the list of hits
preview.py     the text of a hit, with its places
narrowing.py   folders, types and years that an answer can be narrowed to
opening.py      opening the file of a hit
guide.py       the keys: help, and the line at the bottom
app.py         all of these together
"""
