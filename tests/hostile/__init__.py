"""Bad input of every kind, and the harness that tries it: ``python -m hostile`` in ``tests/``, or ``make hostile``."""
