"""The attack class: what is handed in, what must come of it, and who grades it."""
