"""A backbone on more clips than one call of CUDA's attention takes: ``large_batches.py CASE PRECISION DEVICE [COUNT]``.

It compares one batch with parts of it that are within the limits, forward and in the gradients of all parameters, and
prints the two relative errors as JSON. A kernel beyond its limits fails, or accesses memory that is not its own, which
leaves the process without a usable device: hence a process for each case.

The limits: 65,535 samples in the flash kernel, and in its backward pass 2^31 for the product of samples, heads, length
rounded up to 128 and head dimension.
"""

import json
import sys

import torch

from mmaction_vt import DualFormer, Motionformer, TimeSformer, ViViT

PLAIN = dict(drop_path_rate=0.0)
THIN = dict(PLAIN, img_size=64, patch_size=4, num_frames=2, embed_dims=16, num_heads=2, num_layers=2, mlp_ratio=1.0)
# One block of the base model's width: 256 patches x 12 heads x 128 x 64 for each clip, along 2 or 17 frames.
WIDE = dict(THIN, embed_dims=768, num_heads=12, num_layers=1)
LONG = 17  # frames: more than those that are attended to by plain products
STAGES = dict(
    video_size=(4, 32, 32),
    embed_dims=(16, 16, 16, 16),
    depths=(1, 1, 1, 1),
    num_heads=(2, 2, 2, 2),
    mlp_ratios=(1, 1, 1, 1),
    local_sizes=((1, 4, 4), (1, 2, 2), (1, 2, 2), (1, 1, 1)),
    fine_pysizes=((2, 2, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    coarse_pysizes=((1, 2, 2), (1, 2, 2), (1, 1, 1), (1, 1, 1)),
    coarse_kernel=(1, 2, 2),
)
# Backbone, its settings, and the clips that pass a limit.
CASES = {
    'along_time': (TimeSformer, dict(THIN, num_frames=LONG), 260),  # 66,560 samples
    'along_two_frames': (TimeSformer, THIN, 260),
    'vivit_along_time': (ViViT, dict(THIN, num_frames=4, attention_type='factorised_self_attention'), 260),
    'along_space': (TimeSformer, dict(THIN, img_size=8, num_frames=256, attention_type='space_only'), 260),
    'motionformer_divided': (Motionformer, dict(THIN, num_frames=4, attention_type='divided'), 260),
    'trajectories': (Motionformer, dict(THIN, img_size=8, num_frames=4), 33_000),  # 66,000 samples times heads
    'windows': (DualFormer, dict(PLAIN, **STAGES), 8_300),  # 66,400 windows
    'backward': (TimeSformer, dict(WIDE, num_frames=LONG), 88),  # 2^31.04
    'backward_two_frames': (TimeSformer, WIDE, 88),
}


def build(case):
    kind, options, count = CASES[case]
    torch.manual_seed(0)
    model = kind(**options)
    model.init_weights()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    size = options.get('video_size') or (options['num_frames'], options['img_size'], options['img_size'])
    model.train()
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm3d):  # statistics of a batch depend on its size
            layer.eval()
    return model, size, count


def run(model, videos, weights, precision):
    """Features and the gradient of all parameters, of one loss over all clips."""
    with torch.autocast(videos.device.type, torch.bfloat16, enabled=precision == 'bf16'):
        features = model(videos)
    features = features.float().flatten(2).mean(2) if features.ndim > 2 else features.float()
    (features * weights).sum().backward()
    return features.detach()


def gradient_of(model):
    gradient = torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])
    model.zero_grad()
    return gradient


def relative_error(value, reference):
    return ((value - reference).norm() / reference.norm()).nan_to_num(torch.inf).item()


def main(case, precision, device, count=None):
    model, size, clips = build(case)
    count = int(count or clips)
    model = model.to(device)
    torch.manual_seed(1)
    videos = torch.randn(count, 3, *size, device=device)
    with torch.no_grad():
        weights = torch.randn(count, model(videos[:2]).shape[1], device=device)
    whole = run(model, videos, weights, precision)
    gradient = gradient_of(model)
    parts = zip(videos.tensor_split(4), weights.tensor_split(4), strict=True)
    features = torch.cat([run(model, *part, precision) for part in parts])
    errors = dict(features=relative_error(whole, features), gradients=relative_error(gradient, gradient_of(model)))
    print(json.dumps(errors))


if __name__ == '__main__':
    main(*sys.argv[1:])
