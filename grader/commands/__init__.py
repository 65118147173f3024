"""The command line, one verb per file; each exposes ``command``."""
