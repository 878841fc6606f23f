"""Warfarin by published equations: IWPC with and without genes, and Gage."""
