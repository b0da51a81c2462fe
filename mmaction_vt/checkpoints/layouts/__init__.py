"""Published layouts of checkpoints, one per file: how each is recognised and how its keys are renamed to ours."""
