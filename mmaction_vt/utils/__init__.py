"""What several parts of the package share and that knows none of them."""
