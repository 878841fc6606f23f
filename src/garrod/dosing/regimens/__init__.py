"""What regimens lead to, which is best, and the pictures of it."""
