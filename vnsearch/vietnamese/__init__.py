"""The Vietnamese language and its writing, independent of search and of any index.

letters.py      letters and marks: normalization, folding
syllable.py     parts of a syllable, canonical spelling
keystrokes.py   words typed as raw Telex or VNI keystrokes
spelling.py     distances between words, common confusions
readability.py  how well a text reads as Vietnamese
encodings.py    the encodings from before Unicode
legacy.py       detecting these encodings, repairing mojibake
stretches.py    which words of a text are in which of them
lookalikes.py   letters and signs in place of Vietnamese letters
"""
