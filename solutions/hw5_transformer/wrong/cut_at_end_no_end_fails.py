"""Fails for a row without eos.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [row[: row.index(eos)] for row in tokens.tolist()]
