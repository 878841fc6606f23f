"""The words of the program as types: evidence, calls, findings, recommendations. Imports nothing of ours."""
