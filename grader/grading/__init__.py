"""Grading one submission: collect the checks once, run each, judge what came of it."""
