"""Every operator of a training and of a test step exists on Apple's GPU, by PyTorch's own list of its operators."""

from functools import cache
from pathlib import Path

import pytest
import torch
import yaml
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from tiny_models import one_block, recognizer
from torch.utils._python_dispatch import TorchDispatchMode

from mmaction_vt.registry import MODELS

torchgen = pytest.importorskip('torchgen')
LIST = Path(torchgen.__file__).parent / 'packaged' / 'ATen' / 'native' / 'native_functions.yaml'
CPU_ONLY = 'for_cpu'  # in names of operators that stand for others on a CPU


@cache
def operators():
    """The dispatch keys of every operator, and the operator that it is a variant of, by name."""
    content = yaml.load(LIST.read_text(encoding='utf-8'), getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
    return {entry['func'].partition('(')[0]: entry for entry in content}


def exists_on_mps(name):
    """Whether an operator has a kernel there, or is made of others."""
    entry = operators()[name]
    if 'structured_delegate' in entry:
        return exists_on_mps(entry['structured_delegate'])
    keys = {key.strip() for keys in entry.get('dispatch', {}) for key in keys.split(',')}
    return not keys or 'MPS' in keys or any(key.startswith('Composite') for key in keys)


class Record(TorchDispatchMode):
    """Notes the names of the operators that are called."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        space, _, name = func._schema.name.partition('::')
        if space == 'aten':
            self.names.add('.'.join(filter(None, (name, func._schema.overload_name))))
        return func(*args, **(kwargs or {}))


MODELS_BY_NAME = {
    'timesformer': one_block('TimeSformer'),
    'motionformer': one_block('Motionformer'),
    **{name: one_block('Motionformer', approximation=name, num_landmarks=2) for name in ('nystrom', 'orthoformer')},
    'vivit': one_block('ViViT'),
    'vivit factorised': one_block('ViViT', attention_type='factorised_encoder'),
    'videomae': one_block('VideoMAE'),
    'vjepa2': one_block('VJEPA2', out_type='mean'),
    'dualformer': recognizer(3),
}


@pytest.mark.skipif(not LIST.is_file(), reason='this PyTorch comes without the list')
@pytest.mark.parametrize('settings', MODELS_BY_NAME.values(), ids=MODELS_BY_NAME)
def test_every_operator_exists_on_mps(settings):
    init_default_scope('mmaction')
    model = MODELS.build(settings)
    samples = [ActionDataSample().set_gt_label(0)]
    batch = dict(inputs=[torch.randint(0, 256, (1, 3, 4, 32, 32), dtype=torch.uint8)], data_samples=samples)
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False)
    with Record() as record:
        losses = model(**model.data_preprocessor(batch, True), mode='loss')
        losses['loss_cls'].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            model.eval().test_step(batch)
    assert len(record.names) > 40
    assert not [name for name in sorted(record.names) if CPU_ONLY not in name and not exists_on_mps(name)]
    assert not any(torch.float64 in (value.dtype,) for value in model.state_dict().values())
