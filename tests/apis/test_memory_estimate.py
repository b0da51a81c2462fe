"""The estimate of a training step's memory, against what PyTorch's profiler sees being allocated."""

import pytest
import torch
from mmengine.config import Config
from torch import nn
from torch.profiler import ProfilerActivity, profile

from mmaction_vt.apis import memory
from mmaction_vt.apis.memory import MOST_ON_CPU, automatic_batch, estimate_memory, largest_batch
from mmaction_vt.apis.model import init_recognizer
from mmaction_vt.errors import InputError

TINY = dict(img_size=64, patch_size=16, num_frames=8, embed_dims=96, num_layers=3, num_heads=4, drop_path_rate=0.0)
DUAL = dict(type='mmaction_vt.DualFormer', img_size=64, num_frames=8, embed_dims=(32, 64), depths=(1, 1))


def config_of(kind, **options):
    backbone = dict(type=f'mmaction_vt.{kind}', **TINY | options)
    head = dict(type='TimeSformerHead', num_classes=5, in_channels=96)
    optimizer = dict(type='AdamW', lr=1e-3)
    return Config(
        dict(model=dict(type='Recognizer3D', backbone=backbone, cls_head=head), optim_wrapper=dict(optimizer=optimizer))
    )


def measure(config, batch_size, bf16):
    """Peak of the bytes that PyTorch's allocator handed out in the second step, and of what the model holds."""
    model = init_recognizer(config).train()
    module = nn.Sequential(model.backbone, model.cls_head)
    optimizer = torch.optim.AdamW(module.parameters())
    weights = sum(tensor.nbytes for tensor in (*module.parameters(), *module.buffers()))
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        for _ in range(2):
            clips = torch.randn(batch_size, 3, 8, 64, 64)
            with torch.autocast('cpu', torch.bfloat16, enabled=bf16):
                loss = module(clips).float().logsumexp(1).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            del loss, clips
    live = peak = 0
    events = profiler.profiler.kineto_results.events()
    for event in sorted((e for e in events if e.name() == '[memory]'), key=lambda e: e.start_ns()):
        live += event.nbytes()
        peak = max(peak, live)
    return peak + weights


@pytest.mark.parametrize(
    ('kind', 'options', 'bf16'),
    [
        ('TimeSformer', {}, False),
        ('TimeSformer', {}, True),
        pytest.param('TimeSformer', dict(with_cp=True), False, marks=pytest.mark.slow),
        ('Motionformer', {}, False),
        pytest.param('ViViT', {}, True, marks=pytest.mark.slow),
    ],
)
def test_within_15_percent_of_what_is_allocated(kind, options, bf16):
    config = config_of(kind, **options)
    estimated = estimate_memory(config, 8, 'bf16' if bf16 else 'fp32').peak
    assert estimated == pytest.approx(measure(config, 8, bf16), rel=0.15)


def test_parts():
    config = config_of('TimeSformer')
    estimate = estimate_memory(config, 2)
    assert estimate.gradients == pytest.approx(estimate.weights, rel=0.01)
    assert estimate.optimizer == pytest.approx(2 * estimate.gradients, rel=0.01)


def test_largest_batch():
    config = config_of('TimeSformer')
    free = int(estimate_memory(config, 6).peak / 0.9) + 1
    size = largest_batch(config, free)
    assert size in (5, 6, 7) and estimate_memory(config, size).peak <= 0.9 * free
    assert largest_batch(config, free, most=3) == 3
    with pytest.raises(InputError, match='one clip takes'):
        largest_batch(config, 1000)
    with pytest.raises(InputError, match="unknown precision 'int8'; choose from fp32, "):
        estimate_memory(config, 1, 'int8')


@pytest.mark.parametrize(
    ('videos', 'device', 'expected'), [(7, 'cpu', 7), (500, 'cpu', MOST_ON_CPU), (500, 'cuda', 500)]
)
def test_automatic_batch_has_bounds(monkeypatch, tmp_path, videos, device, expected):
    (tmp_path / 'list.txt').write_text(''.join(f'{number}.mp4 0\n' for number in range(videos)))
    dataset = dict(type='VideoDataset', ann_file=str(tmp_path / 'list.txt'), pipeline=[])
    config = Config(dict(config_of('TimeSformer', num_layers=1), train_dataloader=dict(dataset=dataset)))
    monkeypatch.setattr(memory, 'default_device', lambda: torch.device(device))
    monkeypatch.setattr(memory, 'free_memory', lambda: 2**40)
    assert automatic_batch(config) == expected
