"""Placeholder."""
def fits(group): return False
def propagate(*a): raise NotImplementedError
