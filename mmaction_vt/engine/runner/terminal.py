"""What of the log appears on the terminal; the log file has everything."""

import logging

FORMAT = '%(asctime)s %(message)s'
MAX_LINES = 3  # of a message; longer ones, such as the environment and the config, are for the log file
# Starts of messages that repeat what is known.
BACKGROUND = (
    'Checkpoints will be saved to',
    'Distributed training is not used',
    'Exp name: ',
    'Loads checkpoint by ',
    'paramwise_options -- ',
)
# Parts of mmengine's warnings that no user can act on.
FUTILE_WARNINGS = (
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
    'is skipped since its requires_grad=False',  # once for each frozen parameter; the summary has their number
)


class TerminalFilter(logging.Filter):
    """Lets warnings, errors, short messages and those logged with ``extra=FOR_TERMINAL`` pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is shown."""
        if record.levelno > logging.WARNING or getattr(record, 'for_terminal', False):
            return True
        text = record.getMessage()
        if record.levelno == logging.WARNING:
            return not any(part in text for part in FUTILE_WARNINGS)
        return text.count('\n') < MAX_LINES and not text.lstrip().startswith(BACKGROUND)


class TerminalFormatter(logging.Formatter):
    """The time and the message, and the level if it is not the usual one."""

    def __init__(self) -> None:
        super().__init__(FORMAT, datefmt='%H:%M:%S')

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """The message with the time and the level."""
        level = '' if record.levelno == logging.INFO else f'{record.levelname.lower()}: '
        return f'{record.asctime} {level}{record.message}'


FOR_TERMINAL = {'for_terminal': True}


def show_less(logger: logging.Logger) -> None:
    """Make a logger of mmengine show on the terminal what concerns a user, and nothing twice."""
    for handler in terminal_handlers(logger):
        if not any(isinstance(each, TerminalFilter) for each in handler.filters):
            handler.addFilter(TerminalFilter())
            handler.setFormatter(TerminalFormatter())


def terminal_handlers(logger: logging.Logger) -> list[logging.StreamHandler]:
    """The handlers of a logger that write to a stream and not to a file."""
    return [
        handler
        for handler in logger.handlers
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
    ]
