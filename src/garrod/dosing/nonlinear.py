"""Placeholder."""
def propagate(*a): raise NotImplementedError
