"""A Whoosh codec that writes and reads segments of any schema, on the bridge's readers.

With it Whoosh's own test suite runs on the terms reader, matcher, cursor and document reader of
`vnsearch.engines.whoosh.bridge.codec`: see benchmarks/whoosh_suite.py. Segments are files of
arrays, as `vnsearch.engines.whoosh.format.segment_file` writes them, and hold no pickles.
(Whoosh's writers pickle the table of contents beside the segments.)

The arrays of a segment. Types are those of `array`; `A_at` has the offsets of the items of `A`,
and the end of the last one.

    fields      B  JSON: the names of the fields that have terms

For each document, in the order of adding
    stored      B  JSON: the values of its stored fields; a time is {"!time": ISO 8601}
    stored_at   I
    F.lengths   I  of field F, in tokens; 0 in documents without it
    F.column    B  as the column's own writer makes it

Posting lists: of each term of field F (prefix L = F), or of each document (L = F.vector)
    L.terms     B  the terms of the field, sorted; of a vector, the term of each posting
    L.terms_at  I
    L.documents I  the document of each posting; not of a vector
    L.lists_at  I  the first posting of each list, and the end of the last one
    L.weights   d  of each posting
    L.values    *  its positions, as in POSITION_LAYOUTS, if the field's format is there, for it
                   would pickle them; else B, as the format encodes them
    L.values_at I
"""
