"""Our own names: ``backbone.*`` and ``cls_head.*``, as mmengine's runner writes them."""

from .base import Layout, State, has

PARTS = ('backbone', 'neck', 'cls_head', 'data_preprocessor')


def recognises(state: State) -> bool:
    return has(state, r'backbone\..+') and all(key.split('.')[0] in PARTS for key in state)


LAYOUT = Layout('mmaction_vt', recognises, lambda state: [(r'(.+)', r'\1')])
