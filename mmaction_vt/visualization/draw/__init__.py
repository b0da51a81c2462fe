"""Pictures of arrays, as arrays or files."""
