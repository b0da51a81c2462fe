"""What was copied from another model, resized, initialised and left out."""

from dataclasses import dataclass, field


@dataclass
class StartReport:
    """How a backbone starts from another model, as a short table.

    Attributes:
        copied: How many tensors came from the source.
        resized: What was resized or inflated, in words.
        initialised: What the source does not have, and how it is initialised.
        left_out: Keys of the source that the backbone does not use.
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
