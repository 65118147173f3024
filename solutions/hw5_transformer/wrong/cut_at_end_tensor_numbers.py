"""Gives lists of tensors with one number each.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    rows = tokens.tolist()
    return [list(tokens[i])[: row.index(eos) if eos in row else None] for i, row in enumerate(rows)]
