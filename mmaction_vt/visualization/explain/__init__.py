"""What a model sees in a clip, as arrays: class activation maps, rollout, attention and trajectories."""
