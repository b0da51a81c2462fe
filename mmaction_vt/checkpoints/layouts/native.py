"""Our own names: ``backbone.*``, ``cls_head.*`` and ``decoder.*``, as mmengine's runner writes them."""

from .base import Layout, State, has

PARTS = ('backbone', 'neck', 'cls_head', 'decoder', 'data_preprocessor')


def recognises(state: State) -> bool:
    return has(state, r'backbone\..+') and all(is_ours(key) for key in state)


def resembles(state: State) -> bool:
    """Whether most keys are ours: the others are then unexpected."""
    return has(state, r'backbone\..+') and 2 * sum(is_ours(key) for key in state) > len(state)


def is_ours(key: str) -> bool:
    return key.split('.', maxsplit=1)[0] in PARTS


LAYOUT = Layout('mmaction_vt', recognises, lambda state: [(rf'((?:{"|".join(PARTS)})\..+)', r'\1')])
