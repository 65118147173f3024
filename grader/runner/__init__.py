"""Grading many submissions: one Protocol for engines that do the work, and the batch that feeds them."""
