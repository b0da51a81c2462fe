"""Pictures: arrays in, arrays or files out."""
