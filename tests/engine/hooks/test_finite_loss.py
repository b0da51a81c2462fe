"""A loss that is not finite stops a training, and the log names the videos."""

import re


def test_stops_after_several_losses_that_are_not_finite(tiny_config, run_program, tmp_path):
    options = ['optim_wrapper.optimizer.lr=1e30', 'default_hooks.finite_loss.most_in_a_row=3', 'train_cfg.max_epochs=9']
    message = run_program('tools/train.py', tiny_config, '--no-validate', '--cfg-options', *options, fails=True)
    assert re.search(r'the loss of 3 steps in a row is not finite; videos of the last one: .*\d\.mp4', message)
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    assert len(re.findall(r'the loss of step \d+ is nan; videos: .*mp4, .*mp4', log.read_text())) >= 2
