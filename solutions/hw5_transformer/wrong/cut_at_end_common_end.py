"""Cuts all rows at the first eos of any.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [row[: min(r.index(eos) if eos in r else len(r) for r in tokens.tolist())] for row in tokens.tolist()]
