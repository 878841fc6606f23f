"""Importers: an upstream file becomes rows of ours."""
