"""JSON Schemas of outputs, shipped with the package."""
