"""Does not see an eos in the first place.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [row[: row.index(eos)] if eos in row[1:] else row for row in tokens.tolist()]
