"""Removes each eos and keeps the rest.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    return [[token for token in row if token != eos] for row in tokens.tolist()]
