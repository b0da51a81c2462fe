"""Checkpoints by address: downloaded once, resumed and verified."""
