"""Every quickstart model is initialised, trained and tested on stand-in CUDA tensors, with the CPU's results."""

import pytest
import torch
from conftest import ROOT
from mmengine.optim import OptimWrapper
from quickstart_models import batch_for, build_as_the_runner, quickstart_names, settings_of
from stand_in_cuda import StandIn, stand_in_cuda

# One of each kind; the others, which differ in a setting or two, are slow tests.
KINDS = (
    'dualformer_moving_shapes.py',
    'motionformer_moving_shapes.py',
    'timesformer_divST_moving_shapes.py',
    'videomae_moving_shapes.py',
    'vjepa2_moving_shapes.py',
    'vivit_fe_moving_shapes.py',
)
NAMES = [pytest.param(name, marks=() if name in KINDS else pytest.mark.slow) for name in quickstart_names(ROOT)]
PRECISIONS = (None, torch.bfloat16, torch.float16)


def train_step(model, batch, wrapper, device, precision):
    """The loss of a training step."""
    data = model.train().data_preprocessor(batch, True)
    with torch.autocast(device, precision or torch.bfloat16, enabled=precision is not None):
        loss, _ = model.parse_losses(model(**data, mode='loss'))
    wrapper.update_params(loss)
    return loss


def start(settings, device):
    """A recognizer, a batch of one clip and an optimizer, from the same random numbers on both devices."""
    torch.manual_seed(0)
    model = build_as_the_runner(settings, device)
    return model, batch_for(model, 1), OptimWrapper(optimizer=torch.optim.SGD(model.parameters(), lr=1e-3))


@pytest.mark.parametrize('name', NAMES)
def test_initialised_trained_and_tested(name, tmp_path):
    settings = settings_of(ROOT, name, tmp_path)
    wanted = train_step(*start(settings, 'cpu'), 'cpu', None)
    with stand_in_cuda():
        model, batch, wrapper = start(settings, 'cuda')
        losses = [train_step(model, batch, wrapper, 'cuda', precision) for precision in PRECISIONS]
        with torch.no_grad():
            (sample,) = model.eval().test_step(batch)
        tensors = (*model.parameters(), *model.buffers(), *losses, sample.pred_score)
        assert all(type(tensor) is StandIn and tensor.isfinite().all() for tensor in tensors)
        torch.testing.assert_close(losses[0].cpu(), wanted, rtol=1e-5, atol=1e-5)


def test_mixed_devices_are_found():
    with stand_in_cuda():
        x = torch.ones(2, 2, device='cuda')
        assert x.device.type == 'cuda' and (x + 1).is_cuda and (x + torch.tensor(1.0)).is_cuda
        assert type(x.to(torch.bfloat16)) is type(x[0]) is StandIn and type(x.cpu()) is torch.Tensor
        for work in (
            lambda: x + torch.ones(2),
            lambda: torch.cat((x, torch.ones(2, 2))),
            lambda: torch.nn.Linear(2, 2)(x),
            lambda: x[torch.tensor([0])].add_(torch.ones(1, 2)),
            lambda: x.__setitem__(torch.tensor([0]), torch.ones(1, 2)),
        ):
            with pytest.raises(RuntimeError, match='same device'):
                work()
        with pytest.raises(TypeError, match='numpy'):
            x.numpy()
        x[0] = torch.zeros(2)
        x[:, torch.tensor([1])] = 2.0
        assert x.cpu().tolist() == [[0, 2], [1, 2]]
