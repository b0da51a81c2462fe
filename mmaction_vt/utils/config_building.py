"""Errors that are raised while mmengine builds a part of a config."""

BUILDER = 'build_from_cfg'  # mmengine's function


def type_being_built(error: BaseException) -> str | None:
    """The type of the innermost part of a config that was being built when an exception was raised, if any."""
    found, trace = None, error.__traceback__
    while trace is not None:
        frame, trace = trace.tb_frame, trace.tb_next
        module = str(frame.f_globals.get('__name__', ''))
        if frame.f_code.co_name == BUILDER and module.startswith('mmengine.'):
            kind = frame.f_locals.get('obj_type', found)
            found = kind if isinstance(kind, str) else getattr(kind, '__name__', found)
    return found
