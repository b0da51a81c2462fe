"""One module from clips to scores, by a model's name."""

import pytest
import torch

from mmaction_vt import create_model, init_recognizer
from mmaction_vt.apis.clip_classifier import Normalize
from mmaction_vt.errors import InputError

NAME = 'timesformer_divST_moving_shapes'
TRAINED = 'tests/data/trained/timesformer_divST_moving_shapes.pth'


def frames(model, count=2):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, *model.clip_shape), dtype=torch.uint8, generator=generator)


def test_scores_are_the_recognizers(request):
    checkpoint = request.config.rootpath / TRAINED
    model, recognizer = create_model(NAME, checkpoint), init_recognizer(NAME, checkpoint)
    clips = frames(model)
    batch = recognizer.data_preprocessor(dict(inputs=list(clips[:, None]), data_samples=None))
    expected = batch['inputs'].flatten(0, 1)
    normalized = model.normalize(clips)
    torch.testing.assert_close(normalized, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(model.normalize(clips / 255), normalized, rtol=0, atol=1e-5)
    with torch.no_grad():
        scores = model(normalized)
        torch.testing.assert_close(scores, recognizer.cls_head(recognizer.backbone(expected)), rtol=0, atol=1e-4)
    assert scores.shape == (2, 8) and not model.training
    assert model.class_names[0] == 'left' and model.num_classes == 8 and model.name == NAME


def test_blue_comes_first_where_the_model_was_trained_so():
    model = create_model('motionformer_224_16x4_epickitchens', device='meta')
    assert model.normalize.channel_order == 'bgr' and model.class_names['verb'][0] == 'take'
    assert model.num_classes == dict(verb=97, noun=300)
    normalize = Normalize((0.1, 0.2, 0.3), (1.0, 1.0, 2.0), 'bgr')
    clip = torch.tensor([0.9, 0.5, 0.3]).view(3, 1, 1, 1)  # red, green, blue
    assert normalize(clip).flatten().tolist() == pytest.approx([0.2, 0.3, 0.3])


def test_a_new_classifier(request):
    checkpoint = request.config.rootpath / TRAINED
    with pytest.warns(UserWarning, match='8 classes'):
        model = create_model(NAME, checkpoint, num_classes=5)
    trained = create_model(NAME, checkpoint)
    assert model(model.normalize(frames(model))).shape == (2, 5) and model.class_names is None
    assert torch.equal(model.backbone.pos_embed, trained.backbone.pos_embed)
    both = create_model('motionformer_224_16x4_epickitchens', num_classes=dict(verb=4, noun=6), device='meta')
    scores = both(torch.empty(2, *both.clip_shape, device='meta'))
    assert {task: tuple(each.shape) for task, each in scores.items()} == dict(verb=(2, 4), noun=(2, 6))


def test_token_labels_give_scores_of_classes():
    model = create_model('dualformer_tokenlabel_moving_shapes')
    assert model(model.normalize(frames(model))).shape == (2, 8)


@pytest.mark.parametrize(
    ('name', 'num_classes', 'answer'),
    [
        (NAME, 0, 'a positive integer, not 0'),
        (NAME, True, 'a positive integer'),
        (NAME, 2.5, 'a positive integer'),
        (NAME, dict(verb=1, noun=2), 'must be a number'),
        ('motionformer_224_16x4_epickitchens', 3, 'a dict with verb and noun'),
    ],
)
def test_classes_that_cannot_be(name, num_classes, answer):
    with pytest.raises(InputError, match=answer):
        create_model(name, num_classes=num_classes)


def test_clips_of_another_shape():
    with pytest.raises(InputError, match=r'expected clips \(\.\.\., 3, T, H, W\)'):
        create_model(NAME).normalize(torch.zeros(8, 3, 4))
