"""Cuts at the last eos.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [row[: len(row) - 1 - row[::-1].index(eos)] if eos in row else row for row in tokens.tolist()]
