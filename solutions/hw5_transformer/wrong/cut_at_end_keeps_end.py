"""Keeps eos.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [row[: row.index(eos) + 1] if eos in row else row for row in tokens.tolist()]
