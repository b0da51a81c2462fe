# TimeSformer-HR: 16 frames of 448 x 448.
_base_ = './timesformer_base.py'

# The image model's position embedding is resized as the published code does, along the flattened grid.
model = dict(backbone=dict(img_size=448, num_frames=16, init_cfg=dict(positions='nearest_1d')))
