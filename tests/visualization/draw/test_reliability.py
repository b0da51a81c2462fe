import torch

from mmaction_vt.evaluation.calibration import reliability
from mmaction_vt.visualization.draw.reliability import draw_reliability


def test_bars_are_the_accuracies_of_the_bins():
    probabilities = torch.tensor([[0.95, 0.05], [0.55, 0.45], [0.55, 0.45], [0.45, 0.55]])
    bins = reliability(probabilities, torch.tensor([0, 0, 1, 0]), bins=10)
    figure = draw_reliability({'before': bins, 'after': bins})
    above, _, below, _ = figure.axes  # both above, both below
    assert [round(bar.get_height(), 3) for bar in above.containers[0]] == [0.333, 1.0]
    tops = [bar.get_y() + bar.get_height() for bar in above.containers[1]]  # of the gaps: the confidence
    assert [round(top, 4) for top in tops] == [0.55, 0.95]
    assert [round(bar.get_height()) for bar in below.containers[0]] == [0] * 5 + [75] + [0] * 3 + [25]
    assert 'calibration error' in above.get_title('left')
