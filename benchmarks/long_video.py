"""Segments, speed and memory of ``demo/long_video_demo.py`` on a long video of moving shapes.

    python benchmarks/long_video.py FOLDER --seconds 600

writes the video of ``tools/data/long_shapes.py`` to FOLDER, runs the demo on it in a process of its own, and prints the
F1 score of the segments, windows per second, and the resident memory of the process when 10, 50 and 100 % of the
windows have been scored and while the outputs are written. ``--repeat N`` shows the video N times without encoding it
again, to measure the memory that a film of many hours needs; there is no F1 score then.
"""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

import av

from mmaction_vt.segments import Segment, f1_score
from mmaction_vt.utils.option_types import number, positive

ROOT = Path(__file__).resolve().parents[1]
NAME = 'dualformer_moving_shapes'
THRESHOLDS = (0.5, 0.75, 0.9)
MARKS = (0.1, 0.5, 1.0)
INTERVAL = 0.2  # seconds


def repeated(source: Path, target: Path, times: int) -> None:
    """Write a video several times after itself, without encoding it again."""
    with av.open(str(target), 'w') as new:
        copy, shift = None, 0
        for _ in range(times):
            with av.open(str(source)) as old:
                stream = old.streams.video[0]
                copy = copy or new.add_stream_from_template(stream)
                for packet in old.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = copy
                    new.mux(packet)
                shift += stream.duration


def memory_of(process: int) -> float:
    """Resident memory of a process in MiB; 0 if it has ended."""
    try:
        lines = Path(f'/proc/{process}/status').read_text(encoding='ascii').splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith('VmRSS')), 0.0)


def segments_of(path: Path) -> list[Segment]:
    rows = json.loads(path.read_text(encoding='utf-8'))['segments']
    return [Segment(row['start'], row['end'], row['label'], row['class_index'], row.get('score', 1.0)) for row in rows]


def watch(command: list[str], scores: Path, log: Path) -> list[tuple[float, int, float]]:
    """Run the demo; time in seconds, bytes of the file of scores and memory in MiB, again and again."""
    samples = []
    with log.open('w') as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT)
        while process.poll() is None:
            size = scores.stat().st_size if scores.exists() else 0
            samples.append((time.perf_counter(), size, memory_of(process.pid)))
            time.sleep(INTERVAL)
    if process.returncode:
        sys.exit(f'the demo failed: see {log}')
    return [sample for sample in samples if sample[2]]


def report(samples: list[tuple[float, int, float]], windows: int) -> None:
    """Print speed and memory."""
    end = samples[-1][1]
    scoring = [sample for sample in samples if sample[1]]
    last = next(sample for sample in scoring if sample[1] == end)
    print(f'{windows} windows, {windows / (last[0] - scoring[0][0]):.1f} windows/s')
    for mark in MARKS:
        memory = next(sample[2] for sample in scoring if sample[1] >= mark * end)
        print(f'{100 * mark:.0f} % of the windows: {memory:.0f} MiB')
    print(f'while outputs are written, at most: {max(sample[2] for sample in samples if sample[1] == end):.0f} MiB')


def main(args: Namespace) -> None:
    args.folder.mkdir(parents=True, exist_ok=True)
    video = args.folder / 'long_shapes.mp4'
    maker = [sys.executable, str(ROOT / 'tools/data/long_shapes.py'), str(video), '--seconds', str(args.seconds)]
    subprocess.run([*maker, '--seed', '0', '--overwrite'], check=True, cwd=ROOT)
    truth = segments_of(video.with_suffix('.json'))
    if args.repeat > 1:
        repeated(video, args.folder / 'repeated.mp4', args.repeat)
        video = args.folder / 'repeated.mp4'
    outputs = [args.folder / f'found{suffix}' for suffix in ('.json', '.mp4', '.png', '.vtt', '.edl', '.csv')]
    model = [f'configs/recognition/quickstart/{args.model}.py', f'tests/data/trained/{args.model}.pth']
    demo = [sys.executable, 'demo/long_video_demo.py', *model, str(video), '--overwrite', '--out-filename']
    options = ['--change-cost', '1', '--min-duration', '1', '--device', 'cpu', '--stride', str(args.stride)]
    scores = outputs[0].with_suffix('.windows.jsonl')
    scores.unlink(missing_ok=True)
    samples = watch([*demo, *map(str, outputs), *options], scores, args.folder / 'demo.log')
    with av.open(str(video)) as container:
        print(f'{container.streams.video[0].frames} frames, {args.model}, stride {args.stride} of a window')
    report(samples, scores.read_bytes().count(b'\n') - 1)
    if args.repeat == 1:
        found = segments_of(outputs[0])
        parts = [f'{f1_score(found, truth, least):.3f} at tIoU {least}' for least in THRESHOLDS]
        print(f'{len(found)} segments, {len(truth)} in truth; F1 {", ".join(parts)}')


if __name__ == '__main__':
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--seconds', type=number(2), default=600)
    parser.add_argument('--repeat', type=positive, default=1)
    parser.add_argument('--model', default=NAME)
    parser.add_argument('--stride', type=number(0), default=0.25)
    main(parser.parse_args())
