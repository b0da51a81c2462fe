"""Lines of the log: what they show, and that they fit on a terminal."""

from mmaction_vt.engine.runner.log_processor import LINE, fields, fit


def test_the_most_important_fields_come_first_and_nothing_twice():
    tag = dict(base_lr=1e-3, lr=5e-4, time=0.2, data_time=0.05, grad_norm=3.0, loss=0.25, loss_cls=0.25, top1_acc=0.9)
    assert fields(tag | dict(clips_per_second=138.04, memory=3072)) == [
        'loss 0.2500',
        'top1_acc 0.900',
        'lr 0.0005',
        '138 clips/s',
        '3.0 GB',
        'data 25 %',
        'grad_norm 3',
    ]


def test_several_losses_are_shown_and_a_short_wait_for_data_is_not():
    tag = dict(loss=1.0, loss_cls=0.75, loss_token=0.25, time=1.0, data_time=0.01)
    assert fields(tag) == ['loss 1.0000', 'loss_cls 0.7500', 'loss_token 0.2500']


def test_a_line_loses_its_last_fields_and_keeps_the_remaining_time():
    line = fit('epoch 1/8', [f'loss_{index} 0.1234' for index in range(20)], 'eta 0:01:00')
    assert len(line) <= LINE
    assert line.startswith('epoch 1/8  loss_0 0.1234  ') and line.endswith('  eta 0:01:00')
    assert fit('epoch 1/8', [], '') == 'epoch 1/8'
