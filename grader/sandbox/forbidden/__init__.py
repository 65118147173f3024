"""Finding forbidden APIs in a student's code: in its source before it runs, and in its calls while it runs.

Both happen in the worker, and whoever sets out to evade them can: a person should look at what is suspicious.
"""
