"""What of mmengine and mmaction2 is replaced, and when.

| replaced | by | so that |
| --- | --- | --- |
| what ``compat.REMEDIES`` lists | see there | upstream works with today's PyTorch, numpy, setuptools and transformers |
| mmengine's schemes of ``CheckpointLoader`` | ``mmengine_patches.load_from_anywhere`` | addresses, folders |
| mmengine's ``_load_checkpoint_to_model`` | ``mmengine_patches.load_checkpoint_to_model`` | every layout is loaded |
| ``save_checkpoint`` of mmengine's runner | ``mmengine_patches.save_checkpoint`` | checkpoints are written atomically |

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
    """Register our types, and put everything of the table above in its place. Does nothing the second time."""
    global _is_set_up  # noqa: PLW0603  what a process does once
    if _is_set_up:
        return
    _is_set_up = True
    from . import compat

    compat.apply()

    from . import mmengine_patches, registry  # the registries make our types known by their scope

    mmengine_patches.install()

    from .legacy.known_calls import check_arguments

    registry.CALL_CHECKS.append(check_arguments)


def set_up_with_openmmlab() -> None:
    """Let ``set_up`` run when one of OpenMMLab's packages has been imported, at once if one has been already."""
    if any(name in sys.modules for name in OPENMMLAB):
        set_up()
    else:
        sys.meta_path.insert(0, AfterOpenMMLab())


class AfterOpenMMLab(MetaPathFinder):
    """Lets ``set_up`` follow the import of the first of OpenMMLab's packages, before any part of mmaction2's."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The other finders' spec, whose loader ends with ``set_up``; None for other modules."""
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
