"""Each fault in each phase: ``python tests/fault_matrix.py --write`` measures them all and writes ``docs/faults.md``.

A small TimeSformer trains, is tested, predicts and is exported, each in a folder on a small disk of its own. In the
middle of the phase there is a fault. What must hold is in ``EXPECTED`` and on the page.
"""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import forked_programs
from faults_page import PAGE, write_page
from faulty_place import LIMIT, Place, UnmetError, demand, own_mounts
from forked_programs import ROOT, kill, preload, side_by_side, wait
from hostile.good import Good, make_good
from hostile.outcome import SENTENCE, TRACEBACK, last_line, unfinished
from injected_faults import FILLER, GO_ON, REACHED, VANISHING

import torch  # isort: skip

FAULTS = (
    'kill -9',
    'SIGTERM',
    'SIGINT',
    'full disk',
    'damaged checkpoint',
    'lost rank',
    'killed worker',
    'vanished video',
    'second owner',
    'clock gone back',
)
PHASES = ('training', 'checkpoint', 'validation', 'testing', 'predicting', 'exporting')
TRAINING = PHASES[:3]
NOT_APPLICABLE = {
    ('lost rank', 'predicting'): 'one process',
    ('lost rank', 'exporting'): 'one process',
    ('killed worker', 'checkpoint'): 'workers do not write checkpoints',
    ('killed worker', 'exporting'): 'no workers',
    ('vanished video', 'checkpoint'): 'no video is read',
    ('vanished video', 'exporting'): 'no video is read',
}
# Exit statuses; shells see 143 when SIGTERM itself ends a program.
STATUS = {'kill -9': (-9,), 'damaged checkpoint': (-9,), 'SIGTERM': (143, -15), 'SIGINT': (130, -2)}
HARMLESS = ('full disk', 'killed worker')  # if nothing was left to be written or read

CONFIG_END = """
custom_imports = dict(imports=['mmaction_vt', 'inject_fault'], allow_failed_imports=False)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2, val_interval=1)
default_hooks = dict(checkpoint=dict(interval=1, by_epoch=False, max_keep_ckpts=3, save_best=None),
                     broken_videos=dict(max_share=0.5))
"""


def train(*options: str, processes: int = 1) -> tuple[str, ...]:
    if processes > 1:
        return ('tools/dist_train.sh', 'config.py', str(processes), '--work-dir', 'work_dir', *options)
    return ('tools/train.py', 'config.py', '--work-dir', 'work_dir', *options)


WORKERS = ('--cfg-options', 'train_dataloader.num_workers=2', 'val_dataloader.num_workers=2')
SINGLE_VIDEOS = ('--cfg-options', 'train_dataloader.batch_size=1', 'val_dataloader.batch_size=1')
SINGLE_TEST = 'test_dataloader.batch_size=1'


def command_of(phase: str, fault: str, again: bool = False) -> tuple[str, ...]:
    """The command line of a phase; ``again`` for the one that goes on or starts anew afterwards."""
    workers, ranks = fault == 'killed worker', fault == 'lost rank'
    if phase in TRAINING:
        settings = WORKERS if workers else SINGLE_VIDEOS if ranks else ()
        return train(*(['--resume'] if again else []), *settings, processes=2 if ranks else 1)
    if phase == 'testing':
        options = ('config.py', 'checkpoint.pth', '--work-dir', 'work_dir', '--out', 'out.json')
        if ranks:
            return ('tools/dist_test.sh', *options[:2], '2', *options[2:], *SINGLE_VIDEOS[:1], SINGLE_TEST)
        return ('tools/test.py', *options, *(['--cfg-options', 'test_dataloader.num_workers=2'] if workers else []))
    if phase == 'predicting':
        options = ['--out', 'out.json', '--batch-size', '1', '--workers', '2' if workers else '0']
        options += ['--resume'] if again and Path('out.json').exists() else []
        return ('tools/predict.py', 'config.py', 'checkpoint.pth', 'videos', *options)
    overwrite = ['--overwrite'] if again else []
    return ('tools/deployment/export.py', 'config.py', 'checkpoint.pth', '--out', 'out.pt2', *overwrite)


def result_of(phase: str, place: Place) -> object:
    """What a phase leaves, so that two of them can be compared."""
    if phase in TRAINING:
        path = place.folder / 'work_dir' / 'iter_4.pth'
        demand(path.is_file(), 'no iter_4.pth is there')
        return {key: value.tolist() for key, value in torch.load(path, weights_only=True)['state_dict'].items()}
    if phase == 'exporting':
        program = torch.export.load(place.folder / 'out.pt2')
        return {key: value.tolist() for key, value in program.state_dict.items()}
    return (place.folder / 'out.json').read_text()


def demand_same(result: object, alone: object) -> None:
    pairs = zip(*(str(value).split() for value in (result, alone)), strict=False)
    first = next((f': {one}, not {other}' for one, other in pairs if one != other), '')
    demand(result == alone, f'the result differs from that of a run that was left alone{first}')


def left_alone(good: Good, phase: str, fault: str) -> object:
    place = Place(good)
    try:
        place.must_end_well(command_of(phase, fault), 'left alone')
        return result_of(phase, place)
    finally:
        place.close()


def measure(good: Good, alone: dict[str, object], fault: str, phase: str, logs: Path) -> dict[str, str]:
    """One cell: an empty ``why`` if everything held."""
    begin = time.monotonic()
    place = Place(good)
    os.chdir(place.folder)
    why = ''
    try:
        if fault == 'full disk':
            demand(place.is_mounted, 'a small disk cannot be mounted here')
        cell = SPECIAL.get(fault, interrupted)
        cell(place, alone[key_of(phase, fault)], fault, phase)
    except UnmetError as error:
        why = str(error)
    finally:
        os.chdir(ROOT)
        log = place.log.read_text(errors='replace')
        place.close()
    name = f'{fault}-{phase}.txt'.replace(' ', '_')
    (logs / name).write_text(f'{log}\n=> {why or "held"}\n')
    return dict(fault=fault, phase=phase, why=why, seconds=f'{time.monotonic() - begin:.0f}')


def key_of(phase: str, fault: str) -> str:
    kind = 'training' if phase in TRAINING else phase
    return f'{kind} in two' if fault == 'lost rank' else kind


def interrupted(place: Place, alone: object, fault: str, phase: str) -> None:
    """The program ends early, as it should, and then the same result is reached."""
    status, text = place.run(command_of(phase, fault), fault, phase)
    if fault == 'full disk':
        (place.folder / FILLER).unlink()
    check_end(place, fault, phase, status, text)
    if status == 0 and fault in HARMLESS:
        demand_same(result_of(phase, place), alone)
        return
    if fault == 'damaged checkpoint':
        damage_newest(place.folder / 'work_dir')
    text = place.must_end_well(command_of(phase, fault, again=True), 'once more')
    if fault == 'damaged checkpoint':
        demand('is skipped' in text, 'the damaged checkpoint was not named')
    demand_same(result_of(phase, place), alone)


def check_end(place: Place, fault: str, phase: str, status: int, text: str) -> None:
    demand(not TRACEBACK.search(text), f'traceback: {last_line(text)}')
    if status == 0 and fault in HARMLESS:
        return
    if fault in STATUS:
        demand(status in STATUS[fault], f'exit status {status} instead of {STATUS[fault][0]}: {last_line(text)}')
    else:
        demand(status != 0, 'exit status 0')
        sentence = any(SENTENCE.fullmatch(line.strip()) for line in text.splitlines()[-40:])
        demand(sentence, f'no sentence: {last_line(text)}')
    if fault not in ('kill -9', 'damaged checkpoint'):
        left = unfinished(place.folder)
        demand(not left, f'unfinished files were left: {", ".join(left)}')
    if phase in TRAINING and fault in ('SIGTERM', 'SIGINT'):
        demand(bool(list(place.folder.glob('work_dir/*.pth'))), 'no checkpoint was written')


def damage_newest(work_dir: Path) -> None:
    damage(max(work_dir.glob('*.pth'), key=lambda path: path.stat().st_mtime_ns))


def damage(path: Path) -> None:
    """Change bytes in the middle; more than what is between two tensors."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 256] = bytes(byte ^ 0xFF for byte in content[middle : middle + 256])
    path.write_bytes(content)


def damaged(place: Place, alone: object, fault: str, phase: str) -> None:
    """Training passes it over; other programs refuse it."""
    if phase in TRAINING:
        interrupted(place, alone, fault, phase)
        return
    damage(place.folder / 'checkpoint.pth')
    status, text = place.run(command_of(phase, fault))
    demand(status != 0 and bool(SENTENCE.fullmatch(last_line(text))), f'status {status}: {last_line(text)}')
    demand(not list(place.folder.glob('out.*')), 'an output was written')


def vanished(place: Place, alone: object, fault: str, phase: str) -> None:
    """The video is named and costs one sample."""
    status, text = place.run(command_of(phase, fault), fault, phase)
    demand(not TRACEBACK.search(text), f'traceback: {last_line(text)}')
    name = Path(VANISHING).name
    said = text + ((place.folder / 'out.json').read_text() if (place.folder / 'out.json').exists() else '')
    demand(status == 0, f'status {status}: {last_line(text)}')
    demand(name in said.partition('--- fault')[2], f'{name} is not named')


def second_owner(place: Place, alone: object, fault: str, phase: str) -> None:
    """The second is refused, or does no harm; the first ends as if it were alone."""
    first = place.start(command_of(phase, fault), fault, phase)
    until = time.monotonic() + LIMIT
    while not (place.signs / REACHED).exists():
        demand(time.monotonic() < until and wait(first, 0.02) is None, f'not reached: {last_line(place.output())}')
    second = place.start_beside(command_of(phase, fault))
    status = wait(second, LIMIT / 4)
    text = place.output()
    kill(second)
    (place.signs / GO_ON).touch()
    ended = wait(first, LIMIT)
    demand(status is not None, 'the second waited')
    demand(not TRACEBACK.search(text), f'traceback of the second: {last_line(text)}')
    if phase in TRAINING:
        demand(status != 0, 'the second was not refused')
    demand(status == 0 or bool(SENTENCE.fullmatch(last_line(text))), f'no sentence of the second: {last_line(text)}')
    demand(ended == 0, f'the first ended with {ended}')
    demand_same(result_of(phase, place), alone)


def clock(place: Place, alone: object, fault: str, phase: str) -> None:
    """The result is the same, and ``--resume`` finds the newest checkpoint by what it holds."""
    text = ''
    number = place.start(command_of(phase, fault), fault, phase)
    status, text = place.end(number)
    demand(status == 0 and not TRACEBACK.search(text), f'status {status}: {last_line(text)}')
    demand_same(result_of(phase, place), alone)
    if phase in TRAINING:
        text = place.must_end_well(command_of(phase, fault, again=True), 'resumed')
        demand('Saving checkpoint' not in text, 'an older checkpoint was resumed')


SPECIAL: dict[str, Callable[[Place, object, str, str], None]] = {
    'damaged checkpoint': damaged,
    'vanished video': vanished,
    'second owner': second_owner,
    'clock gone back': clock,
}


def cells(faults: list[str], phases: list[str]) -> Iterator[tuple[str, str]]:
    for fault in faults:
        for phase in phases:
            if (fault, phase) not in NOT_APPLICABLE:
                yield fault, phase


def make_config(folder: Path) -> Good:
    good = make_good(folder)
    path = folder / good.config
    path.write_text(path.read_text() + CONFIG_END)
    return good


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--fault', action='append', choices=FAULTS, help='may be repeated (default: all)')
    parser.add_argument('--phase', action='append', choices=PHASES, help='may be repeated (default: all)')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='cells at a time (default: %(default)s)')
    parser.add_argument('--logs', type=Path, default=ROOT / 'work_dirs' / 'faults', help='(default: %(default)s)')
    parser.add_argument('--write', action='store_true', help=f'write {PAGE.relative_to(ROOT)}')
    args = parser.parse_args()
    preload(*forked_programs.FOR_EXPORT)
    own_mounts()
    args.logs.mkdir(parents=True, exist_ok=True)
    wanted = list(cells(args.fault or list(FAULTS), args.phase or list(PHASES)))
    results: list[dict[str, str]] = []

    def report(result: dict[str, str]) -> None:
        results.append(result)
        print(
            f'{result["fault"]:>18}  {result["phase"]:<12} {result["seconds"]:>4} s  {result["why"] or "held"}',
            flush=True,
        )

    with tempfile.TemporaryDirectory(prefix='faults_good_') as name:
        good = make_config(Path(name) / 'good')
        alone: dict[str, object] = {}
        keys = {key_of(phase, fault): (phase, fault) for fault, phase in wanted}
        calls = (partial(_named, key, left_alone, good, *pair) for key, pair in keys.items())
        side_by_side(calls, args.jobs, lambda pair: alone.update({pair[0]: pair[1]}))
        print(f'left alone: {", ".join(alone)}', flush=True)
        calls = (partial(measure, good, alone, fault, phase, args.logs) for fault, phase in wanted)
        side_by_side(calls, args.jobs, report)
    failed = [result for result in results if result['why']]
    if args.write:
        write_page(results, FAULTS, PHASES, NOT_APPLICABLE)
    print(f'{len(results) - len(failed)} of {len(results)} held; logs are in {args.logs}')
    sys.exit(1 if failed else 0)


def _named(name: str, function: Callable[..., object], *args: object) -> tuple[str, object]:
    return name, function(*args)


if __name__ == '__main__':
    main()
