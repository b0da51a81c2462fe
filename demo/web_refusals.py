"""What the web page refuses, with a status and one sentence."""

from collections.abc import Sequence

BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_METHOD, TOO_SLOW, TOO_LARGE = 400, 403, 404, 405, 408, 413
TOO_MANY, FAILED, BUSY, NO_ROOM = 429, 500, 503, 507


class RefusedError(Exception):
    """A request that is not answered.

    Args:
        status: HTTP status.
        sentence: Sent to the client: no paths, no internals.
        headers: More headers of the response.
    """

    def __init__(self, status: int, sentence: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = tuple(headers)
