"""Detections of a test, and AVA's file of them."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..utils.outputs import write_output

LEAST = 1e-4  # scores below would be written as 0


def detections_of(sample: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a key frame: video, time, boxes (P, 4) as shares of the frame, and scores (P, classes)."""
    found = sample['pred_instances']
    kept = 0 if 'broken_video' in sample else len(found['bboxes'])
    return dict(
        video=sample['video_id'],
        time=float(sample['timestamp']),
        boxes=found['bboxes'][:kept].float().cpu().numpy(),
        scores=found['scores'][:kept].float().cpu().numpy(),
        label=[],
    )


def write_detections(path: str | Path, frames: Iterable[dict[str, Any]], first_label: int = 1) -> None:
    """Write detections as AVA's challenge takes them: rows ``video,time,x1,y1,x2,y2,action,score``, without a header.

    Args:
        path: The ``.csv``, which is replaced if it exists.
        frames: The detections of each key frame, from ``detections_of``.
        first_label: Number of the first class.

    Raises:
        InputError: If it cannot be written; what was there before remains.
    """
    content = io.StringIO()
    writer = csv.writer(content, lineterminator='\n')
    for frame in frames:
        time = f'{int(frame["time"]):04d}' if frame['time'] == int(frame['time']) else f'{frame["time"]:g}'
        for box, scores in zip(frame['boxes'].tolist(), frame['scores'].tolist(), strict=True):
            corners = [f'{corner:.4f}' for corner in box]
            writer.writerows(
                [frame['video'], time, *corners, number, f'{score:.4f}']
                for number, score in enumerate(scores, start=first_label)
                if score >= LEAST
            )
    write_output(path, content.getvalue())
