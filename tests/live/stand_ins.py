"""What stands in for sources, clocks and models."""

import numpy as np
import torch

from mmaction_vt.apis import WindowPrediction
from mmaction_vt.apis.predictions import Prediction
from mmaction_vt.live import SourceError, TimedFrame


class FakeClock:
    """Seconds that pass when somebody waits."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


class Scripted:
    """A source of which each connection is written down: frames as (time, value), an error, or 'lost' amid frames."""

    def __init__(self, *connections, endless=True, fps=10.0):
        self.connections, self.endless, self.fps = list(connections), endless, fps
        self.name, self.opened, self.closed = 'a camera', 0, 0

    def open(self):
        self.opened += 1
        script = self.connections.pop(0) if self.connections else 'cannot be opened'
        if isinstance(script, str):
            raise SourceError(f'{self.name} {script}')
        return ScriptedConnection(self, script)


class ScriptedConnection:
    def __init__(self, source, script):
        self.source, self.script, self.fps = source, script, source.fps

    def frames(self):
        for entry in self.script:
            if isinstance(entry, str):
                raise SourceError(f'{self.source.name} {entry}')
            time, value, *size = entry
            yield TimedFrame(time, np.full((*(size or (8, 8)), 3), value, np.uint8))

    def close(self):
        self.source.closed += 1


class SlowModel:
    """A recognizer whose scores say which frames a window has; ``scoring`` is what happens meanwhile."""

    def __init__(self, window=8, stride=4, fps=10.0, scoring=lambda: None):
        self.window, self.stride, self.fps, self.scoring = window, stride, fps, scoring
        self.scored = []
        self.reset()

    def reset(self):
        self.num_frames, self.frames, self.done = 0, [], False

    def cut(self, frame):
        return frame[None]

    def completes(self, num_frames):
        start = num_frames - self.window
        return start >= 0 and start % self.stride == 0

    def push_crops(self, crops, time=None, score=True):
        self.frames.append((int(crops.flat[0]), time))
        self.num_frames += 1
        self.done = self.completes(self.num_frames) and score
        return self._predict(self.window) if self.done else None

    def finish(self):
        return None if self.done or not self.frames else self._predict(min(self.window, self.num_frames))

    def _predict(self, length):
        self.scoring()
        frames = self.frames[-length:]
        self.scored.append([value for value, _ in frames])
        mean = sum(self.scored[-1]) / len(frames) / 255
        scores = torch.tensor([mean, 1 - mean])
        return WindowPrediction(
            frames[0][1],
            frames[-1][1] + 1 / self.fps,
            self.num_frames - length,
            self.num_frames - 1,
            Prediction('stream', {'class': scores}, names={'class': ['bright', 'dark']}),
        )
