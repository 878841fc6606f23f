"""From the model files of other programs to ours: what cannot be represented is refused with its line."""
