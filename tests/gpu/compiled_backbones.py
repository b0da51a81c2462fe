"""A backbone compiled by inductor, without graph breaks, beside itself: ``compiled_backbones.py NAME DEVICE``.

It prints the relative errors of features and gradients, in training and evaluation, as JSON.
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from gpu_cases import build_backbone, clips_for, relative_error

from mmaction_vt.models.layers import TrajectoryAttention


def results(model, videos):
    """Features in evaluation mode, and the gradient of all parameters."""
    with torch.no_grad():
        features = model.eval()(videos)
    model.zero_grad()
    model.train()(videos).square().mean().backward()
    gradient = torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])
    return features, gradient


def main(name, device, backend='inductor'):
    torch._dynamo.config.recompile_limit = 64
    model, videos = build_backbone(name).to(device), clips_for(name).to(device)
    plain = results(model, videos)
    along_trajectories = device == 'cuda' and any(isinstance(layer, TrajectoryAttention) for layer in model.modules())
    model.compile(fullgraph=not along_trajectories, dynamic=False, backend=backend)  # see miscompiles
    compiled = results(model, videos)
    assert not any('_orig_mod' in key for key in model.state_dict())
    print(json.dumps(dict(zip(('features', 'gradients'), map(relative_error, compiled, plain), strict=True))))


if __name__ == '__main__':
    main(*sys.argv[1:])
