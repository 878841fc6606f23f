"""Kidney, liver and body size: formulas with their units in their names, their references, and what they refuse."""
