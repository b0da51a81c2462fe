"""What a training shows at its start and at its end."""

import re


def test_ten_lines_and_the_next_command(tiny_config, run_program, tmp_path):
    config = tiny_config.rename(tmp_path / 'tiny_summary.py')
    printed = run_program('tools/train.py', config, '--cfg-options', 'default_hooks.logger.interval=2')
    text = printed[printed.index('Training') :]
    rows = dict(re.findall(r'^  (\w[\w ]*?)  +(.+)$', text, re.MULTILINE))
    assert rows['model'].startswith('TimeSformer, 0.1 M parameters')
    assert rows['videos'] == '7 for training, 7 for validation' and rows['classes'] == '2'
    assert rows['length'] == '2 epochs of 4 steps' and rows['precision'] == 'float32' and len(rows) <= 11
    lines = printed.splitlines()
    steps = [line for line in lines if ' epoch 1/2 ' in line]
    assert len(steps) == 2 and max(map(len, steps)) <= 120 and 'Config:' not in printed
    (log,) = (tmp_path / 'work_dir').glob('*/*.log')
    assert 'Config:' in log.read_text() and 'System environment:' in log.read_text()
    assert re.search(r'best_acc_top1_epoch_\d.pth is the best checkpoint', printed)
    assert re.search(r'Test it: python tools/test.py \S+tiny_summary.py \S+.pth --eval top_k_accuracy', printed)
