"""Keeps only the last round's best point.

module: gradient_descent
rejected by: test_coarse_to_fine_search_refines
"""

import math


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError("n or rounds")
    left, right, best, lowest = lo, hi, lo, math.inf
    for _ in range(rounds):
        h = (right - left) / (n - 1)
        lowest = math.inf
        for point in [left + i * h for i in range(n)]:
            value = f(point)
            if value < lowest:
                best, lowest = point, value
        left, right = max(lo, best - h), min(hi, best + h)
    return best
