import torch

from mmaction_vt.evaluation.probabilities import as_probabilities


def test_probabilities_stay_and_raw_scores_become_some():
    probabilities = torch.tensor([0.25, 0.5, 0.25])
    assert as_probabilities(probabilities) is probabilities
    raw = torch.tensor([[2.0, -1.0], [0.5, 0.5]])
    assert torch.equal(as_probabilities(raw), raw.softmax(-1))
    assert torch.equal(as_probabilities(torch.tensor([3.0, 1.0])), torch.tensor([3.0, 1.0]).softmax(-1))
