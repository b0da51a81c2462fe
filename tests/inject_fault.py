"""Imported by a config, this makes the program have the fault that the environment names.

``INJECTED_FAULT`` is ``fault,phase``, with the faults and phases of ``fault_matrix.py``; ``INJECTED_FAULT_FOLDER`` is a
folder for signs between the processes. Without them, nothing is changed.
"""

import os
from pathlib import Path

from injected_faults import install

if 'INJECTED_FAULT' in os.environ:
    install(*os.environ['INJECTED_FAULT'].split(','), Path(os.environ['INJECTED_FAULT_FOLDER']))
