"""``mien live``: a face read while it is filmed, and told to whoever listens."""
