"""Gives nothing for a row without eos.

module: decoding
rejected by: test_cut_at_end
"""


def cut_at_end(tokens, eos):
    return [row[: row.index(eos)] if eos in row else [] for row in tokens.tolist()]
