"""Published layouts of checkpoints, one a file: how each is recognised and how its keys become ours."""
