import copy

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from reference.token_labels import token_label_loss
from tiny_models import preprocessor, recognizer

from mmaction_vt import init_recognizer
from mmaction_vt.errors import InputError
from mmaction_vt.models.recognizers import FrozenTeacher

CLASSES = 4


@pytest.fixture
def teacher(tmp_path):
    """Config and checkpoint of a small DualFormer with four classes."""
    config = dict(model=recognizer(CLASSES))
    torch.manual_seed(7)
    model = init_recognizer(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'teacher.pth')
    return dict(config=config, checkpoint=str(tmp_path / 'teacher.pth'))


def student(teacher=None, **backbone):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    head = dict(type='mmaction_vt.TokenLabelHead', num_classes=CLASSES, in_channels=16, dropout_ratio=0.0, topk=(1, 2))
    settings = recognizer(CLASSES, head=head, **backbone)
    return MODELS.build(dict(settings, type='mmaction_vt.TokenLabelRecognizer3D', teacher=teacher))


def clips(frames=4):
    torch.manual_seed(1)
    return torch.randn(2, 1, 3, frames, 32, 32)


def samples():
    return [ActionDataSample().set_gt_label(label) for label in (1, 3)]


def total(losses):
    return losses['loss_cls'] + losses['loss_token']


def plain_loss(model, teacher, videos, average=1):
    """The loss as the plain formulation has it; the teacher's classifier is put on every token."""
    labeller = init_recognizer(teacher['config'], teacher['checkpoint'])
    with torch.no_grad():
        features = labeller.backbone(videos[:, 0])
        logits = torch.einsum('ncthw,kc->nthwk', features, labeller.cls_head.fc_cls.weight)
        logits = logits + labeller.cls_head.fc_cls.bias
        class_scores, token_scores = model.cls_head(model.backbone(videos[:, 0]))
    logits = logits.unflatten(1, (-1, average)).mean(2)
    tokens, labels = (values.flatten(0, 3).tolist() for values in (token_scores, logits))
    return token_label_loss(class_scores.tolist(), [1, 3], tokens, labels, 0.5, 5, clean=False)


def test_loss_equals_the_plain_computation(teacher):
    model, videos = student(teacher), clips()
    assert total(model.loss(videos, samples())).item() == pytest.approx(plain_loss(model, teacher, videos), rel=1e-5)


def test_a_teacher_with_more_frames_is_averaged(teacher):
    model = student(teacher, temporal_pooling=(-1, 2, 1, 1), fine_pysizes=((1, 2, 2), *[(1, 1, 1)] * 3))
    videos = clips()
    assert model.backbone(videos[:, 0]).shape[2] == 1
    wanted = plain_loss(model, teacher, videos, average=2)
    assert total(model.loss(videos, samples())).item() == pytest.approx(wanted, rel=1e-5)


def test_one_step_trains_the_student_and_leaves_the_teacher_alone(teacher):
    model, videos = student(teacher), clips()
    model.init_weights()
    before = copy.deepcopy(model.teacher().model.state_dict())
    optim = build_optim_wrapper(model, dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1)))
    ours = {id(parameter) for group in optim.param_groups for parameter in group['params']}
    assert ours == {id(parameter) for parameter in model.parameters()}
    losses = [total(model.train().train_step(dict(inputs=list(videos), data_samples=samples()), optim))]
    losses += [total(model.train_step(dict(inputs=list(videos), data_samples=samples()), optim)) for _ in range(4)]
    assert losses[-1] < losses[0]

    labeller = model.teacher().model
    assert not labeller.training and model.training
    assert all(not parameter.requires_grad for parameter in labeller.parameters())
    torch.testing.assert_close(labeller.state_dict(), before, rtol=0, atol=0)
    assert ours.isdisjoint(id(parameter) for parameter in labeller.parameters())
    assert not [key for key in model.state_dict() if 'teacher' in key]
    assert copy.deepcopy(model).teacher() is model.teacher()  # such as an average of weights


def test_testing_needs_no_teacher(teacher):
    model = student(dict(config='nowhere.py', checkpoint='nowhere.pth')).eval()
    (first, _) = model.predict(clips(), samples())
    assert first.pred_score.shape == (CLASSES,)
    with pytest.raises(InputError, match=r'nowhere\.py'):
        model.init_weights()


def test_a_teacher_with_its_own_mean_gets_it(teacher):
    other = copy.deepcopy(teacher)
    other['config']['model']['data_preprocessor'] = preprocessor(mean=[90.0, 100.0, 110.0], std=[50.0, 60.0, 70.0])
    model = student(other)
    pixels = 128 + 40 * clips()[:, 0]
    mean, std = (torch.tensor(values).view(3, 1, 1, 1) for values in ([90.0, 100.0, 110.0], [50.0, 60.0, 70.0]))
    ours = model.teacher().token_logits((pixels - 114.75) / 57.375, model.data_preprocessor)
    torch.testing.assert_close(ours, model.teacher().token_logits((pixels - mean) / std), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('head', ['TimeSformerHead', 'mmaction_vt.MotionformerHead'])
def test_token_models_label_with_features_of_every_place(head, tmp_path):
    kind = dict(type='mmaction_vt.TimeSformer', img_size=32, patch_size=8, num_frames=4, embed_dims=16, num_layers=2)
    config = dict(
        type='Recognizer3D',
        backbone=dict(kind, num_heads=2),
        cls_head=dict(type=head, num_classes=CLASSES, in_channels=16),
        data_preprocessor=preprocessor(),
    )
    torch.save({'state_dict': init_recognizer(dict(model=config)).state_dict()}, tmp_path / 'teacher.pth')
    labeller = FrozenTeacher(dict(model=config), str(tmp_path / 'teacher.pth'))
    logits = labeller.token_logits(clips()[:, 0])
    assert logits.shape == (2, 4, 4, 4, CLASSES)
    features = labeller.model.backbone(clips()[:, 0])
    wanted = labeller.model.cls_head(features[:, :, 1, 2, 3])
    torch.testing.assert_close(logits[:, 1, 2, 3], wanted)


def test_a_teacher_in_half_precision_says_about_the_same(teacher):
    exact, half = FrozenTeacher(**teacher), FrozenTeacher(**teacher, dtype='bfloat16')
    videos = clips()[:, 0]
    assert next(half.model.parameters()).dtype == torch.bfloat16
    differences = (exact.token_logits(videos) - half.token_logits(videos)).abs()
    assert 0 < differences.mean() < 0.05 * exact.token_logits(videos).std()


def test_a_teacher_in_half_precision_normalises_in_float32(teacher):
    """Pixels of this mean and standard deviation, rounded to bfloat16, would be normalised again by other numbers."""
    labeller = FrozenTeacher(**teacher, dtype='bfloat16')
    videos = clips()[:, 0]
    own = labeller.model.data_preprocessor
    assert own.mean.dtype == own.std.dtype == torch.float32
    same = MODELS.build(preprocessor(own.mean.flatten().tolist(), own.std.flatten().tolist()))
    assert torch.equal(labeller.token_logits(videos, same), labeller.token_logits(videos))


def test_refuses_teachers_that_do_not_fit(teacher):
    for incomplete in (None, dict(config='c.py'), dict(config=None, checkpoint='c.pth')):
        with pytest.raises(InputError, match=r'model\.teacher\.checkpoint'):
            student(incomplete).loss(clips(), samples())
    with pytest.raises(InputError, match="'int8'; choose from float32"):
        FrozenTeacher(**teacher, dtype='int8')
    with pytest.raises(InputError, match='no `model`'):
        FrozenTeacher({}, teacher['checkpoint'])
    others = dict(model=recognizer(CLASSES + 2))
    with pytest.raises(InputError, match=r'teacher\.pth.* 4 classes .* 6 classes'):  # the checkpoint has 4
        FrozenTeacher(others, teacher['checkpoint'])
    torch.save({'state_dict': init_recognizer(others).state_dict()}, teacher['checkpoint'])
    with pytest.raises(InputError, match='teacher has 6 classes and the model 4'):
        student(dict(config=others, checkpoint=teacher['checkpoint'])).teacher()


def test_a_checkpoint_with_token_scores_serves_a_plain_head_and_the_other_way_round(tmp_path):
    plain, labelled = init_recognizer(dict(model=recognizer(CLASSES))), student()
    torch.save({'state_dict': labelled.state_dict()}, tmp_path / 'labelled.pth')
    torch.save({'state_dict': plain.state_dict()}, tmp_path / 'plain.pth')
    loaded = init_recognizer(dict(model=recognizer(CLASSES)), tmp_path / 'labelled.pth')
    torch.testing.assert_close(loaded.cls_head.fc_cls.weight, labelled.cls_head.fc_cls.weight)
    config = dict(recognizer(CLASSES), type='mmaction_vt.TokenLabelRecognizer3D')
    config['cls_head'] = dict(type='mmaction_vt.TokenLabelHead', num_classes=CLASSES, in_channels=16)
    with pytest.warns(UserWarning, match='^The checkpoint has no layers that score tokens'):
        started = init_recognizer(dict(model=config), tmp_path / 'plain.pth')
    torch.testing.assert_close(started.cls_head.fc_cls.weight, plain.cls_head.fc_cls.weight)
