"""Pre-training without labels."""

from .masked_video_autoencoder import MaskedVideoAutoencoder

__all__ = ['MaskedVideoAutoencoder']
