"""Starting from the weights of image models and of other video models."""
