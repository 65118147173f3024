"""Leaves out empty rows.

module: decoding
rejected by: test_cut_at_end, test_cut_at_end_edges
"""


def cut_at_end(tokens, eos):
    rows = [row[: row.index(eos)] if eos in row else row for row in tokens.tolist()]
    return [row for row in rows if row]
