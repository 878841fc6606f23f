"""People to try the program on. They are made, not real; each folder says how (curation/examples.py)."""
