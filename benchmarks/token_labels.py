"""A training step with token labels from a teacher or from a store: ``python benchmarks/token_labels.py``.

The student is DualFormer-T, the teacher DualFormer-B, as in the configs; the weights are random, which does not
affect the time.
"""

import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import torch
from measure import describe_machine, peak_memory, time_side_by_side
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from rich.console import Console

from mmaction_vt import init_recognizer
from mmaction_vt.registry import MODELS

FOLDER = Path(__file__).parents[1] / 'configs' / 'recognition' / 'dualformer'
STUDENT = FOLDER / 'dualformer_tiny_tokenlabel_patch244_window877_kinetics400_1k.py'
PLAIN = FOLDER / 'dualformer_tiny_patch244_window877_kinetics400_1k.py'
TEACHER = FOLDER / 'dualformer_base_patch244_window877_kinetics400_1k.py'
ONLINE, STORED, WITHOUT = 'online teacher', 'stored labels', 'no token labels'


def step_of(model: torch.nn.Module, clips: torch.Tensor, sample: ActionDataSample) -> Callable[[], None]:
    def step() -> None:
        model.zero_grad()
        losses = model.train().loss(clips, [sample])
        sum(value for name, value in losses.items() if name.startswith('loss')).backward()

    return step


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    console = Console(soft_wrap=True)
    clips = torch.randn(1, 1, 3, 32, 224, 224)
    sample = ActionDataSample().set_gt_label(3)

    config = Config.fromfile(STUDENT)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / 'teacher.pth'
        torch.save({'state_dict': init_recognizer(TEACHER).state_dict()}, checkpoint)
        config.model.teacher = dict(config=str(TEACHER), checkpoint=str(checkpoint))
        model = MODELS.build(config.model)
        teacher = model.teacher()
    labelled = ActionDataSample().set_gt_label(3)
    values, classes = teacher.label(clips[0], (16, 7, 7), 5)
    labelled.set_field(values[0], 'token_values')
    labelled.set_field(classes[0], 'token_indices')
    plain = MODELS.build(Config.fromfile(PLAIN).model)

    works = {
        ONLINE: step_of(model, clips, sample),
        STORED: step_of(model, clips, labelled),
        WITHOUT: step_of(plain, clips, sample),
    }
    seconds = time_side_by_side(works, args.runs)
    console.print(describe_machine())
    console.print('| labels | seconds per step (median) | of that with a teacher | peak memory above the models, MB |')
    console.print('| --- | --- | --- | --- |')
    for name, work in works.items():
        ratio = seconds[name] / seconds[ONLINE]
        console.print(f'| {name} | {seconds[name]:.2f} | {ratio:.2f} | {peak_memory(work):.0f} |')
    weights = [sum(p.numel() * p.element_size() for p in part.parameters()) / 2**20 for part in (teacher.model, model)]
    console.print(f'weights of the teacher {weights[0]:.0f} MB, of the student {weights[1]:.0f} MB')


if __name__ == '__main__':
    main()
