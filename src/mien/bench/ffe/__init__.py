"""FFE-Bench: expression editing measured as PixelSmile does (arXiv 2603.25728)."""
