"""Helpers that several parts of the package share, and that depend on none of them."""
