import json
from itertools import product

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS
from mmengine.evaluator import Evaluator

from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import KeepPredictions, VerbNounAccuracy, write_predictions

VERBS, NOUNS = 6, 9


def sample(verbs, nouns, label):
    return dict(pred_score=dict(verb=torch.as_tensor(verbs), noun=torch.as_tensor(nouns)), gt_label=torch.tensor(label))


def draw(count, seed=0):
    """Probabilities and labels that are often, not always, near the top."""
    generator = torch.Generator().manual_seed(seed)
    samples = []
    for _ in range(count):
        verbs = torch.randn(VERBS, generator=generator, dtype=torch.float64).mul(2).softmax(0)
        nouns = torch.randn(NOUNS, generator=generator, dtype=torch.float64).mul(2).softmax(0)
        label = [int(torch.multinomial(scores, 1, generator=generator)) for scores in (verbs, nouns)]
        samples.append(sample(verbs, nouns, label))
    return samples


def by_hand(samples, topk):
    """All pairs written out and sorted."""
    right = {f'{task}_top{k}': [] for task in ('action', 'verb', 'noun') for k in topk}
    for s in samples:
        verbs, nouns = s['pred_score']['verb'].tolist(), s['pred_score']['noun'].tolist()
        verb, noun = s['gt_label'].tolist()
        pairs = sorted(product(range(VERBS), range(NOUNS)), key=lambda pair: -verbs[pair[0]] * nouns[pair[1]])
        for k in topk:
            right[f'action_top{k}'].append((verb, noun) in pairs[:k])
            right[f'verb_top{k}'].append(verb in sorted(range(VERBS), key=lambda i: -verbs[i])[:k])
            right[f'noun_top{k}'].append(noun in sorted(range(NOUNS), key=lambda i: -nouns[i])[:k])
    return {name: np.mean(values) for name, values in right.items()}


def evaluate(samples, **kwargs):
    metric = VerbNounAccuracy(**kwargs)
    metric.process({}, samples)
    metrics = metric.evaluate(len(samples))
    assert all(name.startswith('acc/') for name in metrics)
    return {name.removeprefix('acc/'): value for name, value in metrics.items()}


@pytest.mark.parametrize('topk', [(1, 5), (1, 2, 3, 20)])
def test_all_pairs_sorted_by_hand_give_the_same(topk):
    samples = draw(300)
    metrics = evaluate(samples, topk=topk)
    assert metrics == pytest.approx(by_hand(samples, topk))
    assert 0.1 < metrics['action_top1'] < 0.9


def test_segments_without_labels_count_in_no_figure():
    labelled = draw(20)
    unlabelled = [dict(s, gt_label=torch.tensor([-1, -1])) for s in draw(7, seed=1)]
    assert evaluate([*labelled[:9], *unlabelled, *labelled[9:]]) == evaluate(labelled)
    assert evaluate(unlabelled) == {}


def test_names_and_order():
    assert list(evaluate(draw(3))) == [
        f'{task}_top{k}' for task in ('action', 'verb', 'noun') for k in (1, 5)
    ]  # save_best='auto' takes the first


def test_a_pair_with_a_low_verb_can_be_among_the_first_five():
    # products: 0.9 x 0.6, 0.9 x 0.3, 0.9 x 0.1, then 0.1 x 0.6: the last has verb 1 in place 2 and noun 0 in place 1,
    # which a count of equal places would never find
    s = sample([0.9, 0.1], [0.6, 0.3, 0.1], [1, 0])
    metrics = evaluate([s], topk=(3, 4))
    assert (metrics['action_top3'], metrics['action_top4']) == (0, 1)


def test_raw_scores_become_probabilities_by_a_softmax():
    probabilities = draw(100)
    raw = [
        sample(*(s['pred_score'][task].log() + 3 for task in ('verb', 'noun')), s['gt_label'].tolist())
        for s in probabilities
    ]
    assert evaluate(raw) == evaluate(probabilities)


def test_half_precision():
    samples = draw(50)
    for s in samples:
        s['pred_score'] = {task: scores.bfloat16() for task, scores in s['pred_score'].items()}
    assert evaluate(samples) == pytest.approx(by_hand(samples, (1, 5)), abs=0.021)  # ties differ


def test_scores_that_are_not_numbers_are_wrong():
    nan = float('nan')
    metrics = evaluate([sample([nan] * 6, [nan] * 9, [0, 0])])
    assert set(metrics.values()) == {0.0}


def test_equal_scores_are_right_for_the_first_class_only():
    samples = [sample([0.25] * 4, [0.5, 0.5], [verb, noun]) for verb in range(4) for noun in range(2)]
    metrics = evaluate(samples)
    assert (metrics['action_top1'], metrics['verb_top1'], metrics['noun_top1']) == (1 / 8, 1 / 4, 1 / 2)
    assert metrics['action_top5'] == 5 / 8


def test_many_segments_of_all_classes_in_little_memory():
    metric = VerbNounAccuracy()
    verbs, nouns = torch.rand(97).softmax(0), torch.rand(300).softmax(0)
    for _ in range(20):
        metric.process({}, [sample(verbs, nouns, [96, 299])] * 50)
    assert metric.results[0] == metric.results[-1]
    assert all(isinstance(rank, int) for rank in metric.results[0])  # no scores are kept
    assert 0 <= metric.evaluate(1000)['acc/action_top1'] <= 1


@pytest.mark.parametrize(
    ('wrong', 'words'),
    [
        (dict(pred_score=torch.rand(5), gt_label=torch.tensor([1, 1])), 'scores of verb, .*VerbNounHead'),
        (sample([0.5, 0.5], [1.0], [1]), r'two labels, verb and noun, not \[1\]'),
        (sample([[0.5, 0.5]], [1.0], [1, 0]), 'average_clips'),
    ],
)
def test_refuses_what_has_no_verb_and_noun(wrong, words):
    with pytest.raises(InputError, match=words):
        VerbNounAccuracy().process({}, [wrong])


def test_is_registered_and_runs_beside_kept_predictions(tmp_path):
    keep = KeepPredictions()
    evaluator = Evaluator([METRICS.build(dict(type='mmaction_vt.VerbNounAccuracy')), keep])
    samples = draw(3)
    evaluator.process(data_samples=samples)
    metrics = evaluator.evaluate(3)
    assert keep.predictions[1]['label'] == samples[1]['gt_label'].tolist()
    scores = keep.predictions[1]['scores']
    np.testing.assert_allclose(scores['noun'], samples[1]['pred_score']['noun'], rtol=1e-6)

    class Dataset:
        def get_data_info(self, index):
            label = samples[index]['gt_label'].tolist()
            return dict(filename='P01_01.MP4', narration_id=f'P01_01_{index}', label=label)

    write_predictions(tmp_path / 'out.json', keep.predictions, Dataset(), metrics)
    report = json.loads((tmp_path / 'out.json').read_text())
    assert report['videos'][1]['segment'] == 'P01_01_1'
    assert report['videos'][1]['predicted'] == {task: int(np.argmax(values)) for task, values in scores.items()}
