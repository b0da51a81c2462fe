"""What the tests on a GPU share: the device, small backbones of every kind, and programs in processes of their own.

``GPU_TESTS_DEVICE=cpu`` runs them on a CPU, to check the tests themselves; those that need CUDA skip themselves.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny_models import TINY_DUALFORMER

from mmaction_vt.registry import MODELS

ROOT = Path(__file__).parents[2]
DEVICE = os.environ.get('GPU_TESTS_DEVICE', 'cuda')
HAS_CUDA = torch.cuda.is_available()
GPU = [pytest.mark.gpu, pytest.mark.skipif(DEVICE == 'cuda' and not HAS_CUDA, reason='needs a CUDA device')]
CUDA_ONLY = pytest.mark.skipif(not HAS_CUDA or DEVICE != 'cuda', reason='measures a CUDA device')

SMALL = dict(img_size=64, patch_size=16, num_frames=8, embed_dims=96, num_layers=2, num_heads=4, mlp_ratio=2.0)
FIXED = dict(SMALL, drop_path_rate=0.0)
LANDMARKS = dict(type='mmaction_vt.Motionformer', num_landmarks=4, **FIXED)
BACKBONES = {
    **{
        f'TimeSformer {kind}': dict(type='mmaction_vt.TimeSformer', attention_type=kind, **FIXED)
        for kind in ('divided_space_time', 'joint_space_time', 'space_only')
    },
    **{
        f'Motionformer {kind}': dict(type='mmaction_vt.Motionformer', attention_type=kind, **FIXED)
        for kind in ('trajectory', 'joint', 'divided')
    },
    'Motionformer projected': dict(type='mmaction_vt.Motionformer', project_values=True, **FIXED),
    **{f'Motionformer {name}': dict(LANDMARKS, approximation=name) for name in ('nystrom', 'orthoformer', 'performer')},
    **{
        f'ViViT {kind}': dict(type='mmaction_vt.ViViT', attention_type=kind, num_temporal_layers=2, **FIXED)
        for kind in ('joint', 'factorised_encoder', 'factorised_self_attention', 'factorised_dot_product')
    },
    'VideoMAE': dict(type='mmaction_vt.VideoMAE', **FIXED),
    'VJEPA2': dict(type='mmaction_vt.VJEPA2', **FIXED),
    'DualFormer': dict(TINY_DUALFORMER, drop_path_rate=0.0),
}


def build_backbone(name, seed=0, **options):
    """A backbone on the CPU in which no parameter is zero."""
    torch.manual_seed(seed)
    model = MODELS.build({**BACKBONES[name], **options})
    model.init_weights()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model


def clips_for(name, count=2, seed=1):
    """Clips (N, 3, T, H, W) on the CPU."""
    settings = BACKBONES[name]
    size = settings.get('video_size') or (settings['num_frames'], settings['img_size'], settings['img_size'])
    return torch.randn(count, 3, *size, generator=torch.Generator().manual_seed(seed))


def relative_error(value, reference):
    """Norm of the difference over the norm of the reference, on the CPU in float64; NaN counts as infinite."""
    value, reference = (tensor.detach().double().cpu() for tensor in (value, reference))
    return ((value - reference).norm() / reference.norm()).nan_to_num(torch.inf).item()


def environment(**variables):
    """The environment of a program: the package is imported from this repository."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
    # Fewer threads than cores, since several programs run at a time.
    threads = dict(OMP_NUM_THREADS='2', TORCHINDUCTOR_COMPILE_THREADS='4')
    return {**os.environ, **threads, 'PYTHONPATH': path, 'PYTHONUNBUFFERED': '1', **variables}


def run_process(*words, timeout, **variables):
    """Run a Python program; a fault of the device ends it and not the tests.

    Returns:
        Its exit status and its output; the status is None if it took longer than ``timeout`` seconds.
    """
    command = [sys.executable, *map(str, words)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(**variables), text=True, errors='replace', start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        output = process.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        return None, process.communicate()[0]
    return process.returncode, output
