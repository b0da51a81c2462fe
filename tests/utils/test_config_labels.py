"""Head, data and metrics of a config agree on how many labels a video has."""

import pytest
from mmengine.config import Config

from mmaction_vt.errors import InputError
from mmaction_vt.utils.config_labels import check_labels

HEAD = dict(type='mmaction_vt.MultiLabelHead', num_classes=3)
BCE = dict(type='BCELossWithLogits')
METRIC = dict(type='mmaction_vt.MultiLabelMetric')


def check(head=HEAD, metric=METRIC, **data):
    data = dict(type='mmaction_vt.VideoDataset', num_classes=3) | data
    wrapped = dict(type='RepeatDataset', times=2, dataset=data)
    config = dict(model=dict(cls_head=head), val_evaluator=[metric])
    loaders = dict(train_dataloader=dict(dataset=wrapped), val_dataloader=dict(dataset=data))
    check_labels(Config(config | loaders), tuple(loaders))


def test_accepts_what_fits():
    check(multi_class=True)
    check(dict(HEAD, type='TimeSformerHead', loss_cls=BCE), multi_class=True)  # as in mmaction2
    check(dict(type='TimeSformerHead'), dict(type='AccMetric'))
    check(dict(type='TimeSformerHead'), dict(type='AccMetric'), type='SomeDataset', multi_class=True)
    check(metric=dict(type='AccMetric', metric_list=('mean_average_precision',)), multi_class=True)


def test_the_head_needs_lists_of_labels():
    with pytest.raises(InputError, match=r'train_dataloader\.dataset\.dataset needs multi_class=True'):
        check()


@pytest.mark.parametrize('head', [dict(type='I3DHead'), dict(type='I3DHead', loss_cls=dict(type='CrossEntropyLoss'))])
def test_lists_of_labels_need_the_head(head):
    with pytest.raises(InputError, match=r'the CrossEntropyLoss of model\.cls_head I3DHead does not take'):
        check(head, multi_class=True)


@pytest.mark.parametrize('metric', [dict(type='AccMetric'), dict(type='AccMetric', metric_list='mean_class_accuracy')])
def test_accuracy_is_for_one_label(metric):
    with pytest.raises(InputError, match=r'val_evaluator\.0 AccMetric reports .* use mmaction_vt\.MultiLabelMetric'):
        check(metric=metric, multi_class=True)
