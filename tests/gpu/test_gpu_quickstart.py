"""Every quickstart model is initialised on the GPU, trained one step in each precision, and tested."""

import pytest
import torch
from gpu_cases import DEVICE, GPU, ROOT
from quickstart_models import batch_for, build_as_the_runner, optim_wrapper_of, quickstart_names, settings_of

pytestmark = GPU
PRECISIONS = ('fp32', 'bf16', 'fp16') if DEVICE == 'cuda' else ('fp32', 'bf16')


@pytest.mark.parametrize('name', quickstart_names(ROOT))
def test_initialised_trained_and_tested(name, tmp_path):
    torch.manual_seed(0)
    model = build_as_the_runner(settings_of(ROOT, name, tmp_path), DEVICE)
    assert {tensor.device.type for tensor in (*model.parameters(), *model.buffers())} == {DEVICE}
    batch = batch_for(model)
    for precision in PRECISIONS:
        before = {key: parameter.clone() for key, parameter in model.named_parameters()}
        wrapper = optim_wrapper_of(model, precision)
        # The scaler of float16 may leave out its first steps, until its scale fits.
        logs = [model.train().train_step(batch, wrapper) for _ in range(8 if precision == 'fp16' else 1)]
        assert all(torch.isfinite(torch.as_tensor(log['loss'])) for log in logs)
        parameters = dict(model.named_parameters())
        assert all(parameter.isfinite().all() for parameter in parameters.values())
        changed = [key for key, value in before.items() if not torch.equal(value, parameters[key])]
        assert len(changed) > 0.8 * len(before), (precision, sorted(set(before) - set(changed)))
    with torch.no_grad():
        samples = model.eval().test_step(batch)
    scores = torch.stack([sample.pred_score for sample in samples])
    assert len(samples) == 2 and scores.isfinite().all() and scores.sum(1).allclose(torch.ones(2, device=scores.device))


def test_a_teacher_in_bfloat16(tmp_path):
    settings = settings_of(ROOT, 'dualformer_tokenlabel_moving_shapes.py', tmp_path)
    settings.teacher.dtype = 'bfloat16'
    model = build_as_the_runner(settings, DEVICE)
    log = model.train().train_step(batch_for(model), optim_wrapper_of(model, 'bf16'))
    assert torch.isfinite(torch.as_tensor(log['loss']))
