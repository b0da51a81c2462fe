"""Setting up the package in mmengine and mmaction2: everything that is replaced there.

| replaced | by | so that |
| --- | --- | --- |
| what ``compat.REMEDIES`` lists | see there | upstream works with today's PyTorch, numpy, setuptools and transformers |
| mmengine's schemes of ``CheckpointLoader`` | ``mmengine_patches.load_from_anywhere`` | addresses, folders load |
| mmengine's ``_load_checkpoint_to_model`` | ``mmengine_patches.load_checkpoint_to_model`` | every layout is loaded |
| ``resume`` and ``load_checkpoint`` of mmengine's runner | ``mmengine_patches`` | checkpoints are checked and named |
| ``save_checkpoint`` of mmengine's runner | ``mmengine_patches.save_checkpoint`` | checkpoints are written atomically |
| ``set_multi_processing`` of mmengine's runner | ``mmengine_patches.set_multi_processing`` | macOS does not fork |

All of it happens once, in ``set_up``.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

OPENMMLAB = ('mmengine', 'mmcv', 'mmaction')  # each imports those before it
_is_set_up = False


def set_up() -> None:
    """Register our types and replace what the table above lists. Does nothing the second time."""
    global _is_set_up  # noqa: PLW0603  what a process does once
    if _is_set_up:
        return
    _is_set_up = True
    from . import compat

    compat.apply()

    from . import mmengine_patches, registry  # noqa: F401  importing it makes the scope known

    mmengine_patches.install()

    from .legacy.known_calls import check_arguments
    from .utils.call_checks import CALL_CHECKS

    CALL_CHECKS.append(check_arguments)


def set_up_with_openmmlab() -> None:
    """Run ``set_up`` as soon as one of OpenMMLab's packages is imported."""
    if any(name in sys.modules for name in OPENMMLAB):
        set_up()
    else:
        sys.meta_path.insert(0, AfterOpenMMLab())


class AfterOpenMMLab(MetaPathFinder):
    """Runs ``set_up`` after the import of the first of OpenMMLab's packages, before any part of mmaction2's."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the other finders, with a loader that ends with ``set_up``; None for other modules."""
        if name not in OPENMMLAB:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_set_up(module: ModuleType) -> None:
            execute(module)
            set_up()

        spec.loader.exec_module = execute_and_set_up  # type: ignore[method-assign]
        return spec
