"""What a start from another model took, changed, made and left."""

from dataclasses import dataclass, field


@dataclass
class StartReport:
    """A short table of what was done.

    Attributes:
        copied: How many tensors came from the source.
        resized: What was resized or spread, in words.
        initialised: What the source lacks and how it starts.
        left_out: What of the source has no place.
    """

    copied: int = 0
    resized: list[str] = field(default_factory=list)
    initialised: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [('copied', f'{self.copied} tensors')]
        for name in ('resized', 'initialised', 'left out'):
            entries = getattr(self, name.replace(' ', '_'))
            rows.append((name, '; '.join(entries) if entries else 'nothing'))
        return '\n'.join(f'  {name:12} {text}' for name, text in rows)
