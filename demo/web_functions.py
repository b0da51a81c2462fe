"""The functions of the web page that run on the server: the gate lets requests call these and no others.

It is imported after ``webapp.py`` has set the folder for uploads, which Gradio reads when it is imported.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import gradio as gr
from web_answer import Answer, show_error
from web_clips import Clips, Seen
from web_uploads import Uploads

from mmaction_vt.errors import InputError


class Work(NamedTuple):
    """What a model does for visitors, one at a time.

    Args:
        look: Maps the path and name of a video to an answer.
        example: Answers for the example.
        draw: Maps a clip and a method to HTML.
        methods: Those that the model supports.
    """

    look: Callable[[str, str], Answer]
    example: Callable[[], Answer]
    draw: Callable[[Seen, str], str]
    methods: tuple[str, ...]


class Functions:
    """What is done for the visitor who asks.

    Args:
        work: What the model does.
        uploads: The visitors' videos.
        clips: What was seen of them.
    """

    def __init__(self, work: Work, uploads: Uploads, clips: Clips) -> None:
        self.work, self.uploads, self.clips = work, uploads, clips
        self.numbers = itertools.count()

    def recognise(self, path: str | None, request: gr.Request) -> tuple[str, str, None]:
        """The answer to an upload, no drawing, and an empty upload field."""
        try:
            if path is None:
                raise InputError('Please choose a video.')
            with self.uploads.processing(path) as upload:
                html = self.keep(stream_of(request), upload.client, self.work.look(path, upload.name))
        except InputError as error:
            html = show_error(str(error))
        return self.fresh(html), '', None

    def example(self, request: gr.Request) -> tuple[str, str]:
        """The answer to the example, and no drawing."""
        try:
            with self.clips.answering(stream_of(request)) as client:
                html = self.keep(stream_of(request), client, self.work.example())
        except InputError as error:
            html = show_error(str(error))
        return self.fresh(html), ''

    def draw(self, method: str, request: gr.Request) -> str:
        """A drawing of what was seen of the page's last video."""
        try:
            with self.clips.answering(stream_of(request)):
                html = self.work.draw(self.clips.of(stream_of(request)), method)
        except InputError as error:
            html = show_error(str(error))
        return self.fresh(html)

    def keep(self, stream: str, client: str, answer: Answer) -> str:
        """Keep what was seen, instead of what was seen before, and return the HTML."""
        self.clips.forget(stream)
        if answer.seen is not None:
            self.clips.keep(stream, client, answer.seen)
        return answer.html

    def fresh(self, html: str) -> str:
        """HTML that differs from all before: a browser that hides an answer then shows the same one again."""
        return f'<div class="fresh" data-number="{next(self.numbers)}">{html}</div>'


def stream_of(request: gr.Request) -> str:
    """The page that asks."""
    return str(request.session_hash)
