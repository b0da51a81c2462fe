"""The web page, in Gradio: an upload field, the answer, and a tab that draws the same clip by other methods.

It is imported after ``webapp.py`` has set the folder for uploads, which Gradio reads when it is imported.
"""

from html import escape
from pathlib import Path
from typing import NamedTuple

import gradio as gr
from fastapi import FastAPI
from gradio.data_classes import FileData
from starlette.types import ASGIApp
from web_answer import MEGABYTE, Limits
from web_figure import titles_of
from web_functions import Functions

MOST_WAITING = 16
FONTS = ('system-ui', 'DejaVu Sans', 'sans-serif')
HERE = Path(__file__).resolve().parent
ONE_AT_A_TIME = dict(concurrency_limit=1, concurrency_id='model')
LIVE_VIEW = (
    '<div class="chosen"><p>Frames of your camera are sent to this server, kept in memory for a few seconds and never '
    'stored.</p><button id="live" type="button">Start the camera</button><figure><video id="camera" muted playsinline '
    'aria-label="Your camera"></video></figure><div id="now"></div></div>'
)


class Texts(NamedTuple):
    """What the page says: its title, the model and its device, the limits, the example's name, whether it is live."""

    title: str
    model: str
    limits: Limits
    example: str | None = None
    live: bool = False


def build_page(functions: Functions, texts: Texts) -> gr.Blocks:
    """The page.

    Args:
        functions: What it does.
        texts: What it says.
    """
    choices = titles_of(functions.work.methods)
    with gr.Blocks(title=texts.title, analytics_enabled=False) as page:
        gr.HTML(intro(texts), elem_classes='flush')
        drop = gr.File(label='Video', file_types=['video'], height=160, elem_classes='drop')
        pass_paths(drop)
        button = gr.Button(
            f'Try the example: {texts.example}', visible=texts.example is not None, size='md', elem_id='example'
        )
        gr.HTML(preview(texts), elem_classes='flush')
        with gr.Tabs():
            with gr.Tab('Prediction'):
                result = gr.HTML(min_height=80, elem_classes='flush')
            with gr.Tab('Other methods', render_children=True):
                method = gr.Radio(choices, value=choices[0][1] if choices else None, label='Draw the video by')
                again = gr.Button('Draw', size='md', interactive=bool(choices), elem_id='draw')
                drawn = gr.HTML(min_height=80, elem_classes='flush', elem_id='drawn')
            if texts.live:
                with gr.Tab('Live', render_children=True):
                    gr.HTML(LIVE_VIEW, elem_classes='flush')
        both = [result, drawn]
        drop.upload(
            functions.recognise, drop, [*both, drop], show_progress_on=result, api_name='recognise', **ONE_AT_A_TIME
        )
        if texts.example is not None:
            button.click(functions.example, None, both, show_progress_on=result, api_name='example', **ONE_AT_A_TIME)
        if choices:
            again.click(functions.draw, method, drawn, show_progress_on=drawn, api_name='draw', **ONE_AT_A_TIME)
    return page.queue(max_size=MOST_WAITING, default_concurrency_limit=1)


def intro(texts: Texts) -> str:
    """The title, and what the page is."""
    limits = texts.limits
    return (
        f'<div class="intro"><h1>{escape(texts.title)}</h1><p><b>{escape(texts.model)}</b> recognises the action and '
        f'shows its evidence. Videos of up to {limits.megabytes:g} MB and {limits.seconds:g} seconds are accepted, and '
        'deleted after processing.</p></div>'
    )


def preview(texts: Texts) -> str:
    """Where the browser shows the chosen video, what is going on, and errors: they are announced."""
    return (
        f'<div class="chosen"><figure id="chosen" data-megabytes="{texts.limits.megabytes:g}" '
        f'data-example="{escape(texts.example or "")}" hidden><video id="preview" controls muted playsinline '
        'preload="auto"></video><figcaption id="name"></figcaption></figure><p id="state" role="status"></p>'
        '<div id="problem" role="alert"></div></div>'
    )


def functions_of(page: gr.Blocks) -> dict[int, str]:
    """The functions of a page that run on the server, by Gradio's numbers."""
    return {number: str(function.api_name) for number, function in page.fns.items() if function.fn is not None}


def pass_paths(drop: gr.File) -> None:
    """Make the value of an upload field the path of an upload, without copying or downloading.

    The component is patched and not subclassed, since Gradio writes stub files for subclasses next to the source.
    """

    async def keep_path(path: str | Path | None) -> str | None:
        return None if path is None else str(path)

    def path_of(payload: FileData | None) -> str | None:
        return None if payload is None else payload.path

    drop.async_move_resource_to_block_cache = keep_path
    drop.preprocess = path_of


def as_app(page: gr.Blocks, limits: Limits, live: bool = False) -> ASGIApp:
    """The ASGI application of a page, with everything off that Gradio lets be turned off.

    Args:
        page: The page.
        limits: Of uploads.
        live: Whether it has a live tab.
    """
    scripts = ('web_page.js', 'web_live.js') if live else ('web_page.js',)
    app = gr.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None),
        page,
        path='/',
        max_file_size=round(limits.megabytes * MEGABYTE),
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        theme=gr.themes.Default(primary_hue='blue', font=list(FONTS), font_mono=['monospace']),
        css=(HERE / 'web_page.css').read_text(encoding='utf-8'),
        head=''.join(f'<script>{(HERE / name).read_text(encoding="utf-8")}</script>' for name in scripts),
    )
    page.is_running = True  # sends signs of life to those who wait, so that a proxy keeps the connection
    return app
