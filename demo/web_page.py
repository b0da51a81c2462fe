"""The web page, in Gradio: an upload field, and the answer.

It is imported after ``webapp.py`` has set the folder for uploads, which Gradio reads when it is imported.
"""

from collections.abc import Callable
from html import escape
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from gradio.data_classes import FileData
from starlette.types import ASGIApp
from web_answer import MEGABYTE, Limits, show_error
from web_uploads import Uploads

from mmaction_vt.errors import InputError

MOST_WAITING = 16
FONTS = ('system-ui', 'DejaVu Sans', 'sans-serif')
CSS = """
.gradio-container { max-width: 760px !important; margin: 0 auto !important; }
.flush .html-container { padding: 0 !important; }
.intro h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
.drop { border: 2px dashed #6b7688 !important; }
.drop .or { color: inherit !important; }
.answer { color: var(--body-text-color); }
.answer h2 { font-size: 1.15rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
.answer table { width: 100%; border: 0 !important; border-collapse: collapse; margin: 0 0 1.25rem; }
.answer tr, .answer th, .answer td { border: 0 !important; background: none !important; }
.answer caption { text-align: left; padding-bottom: 0.35rem; }
.answer th { text-align: left; font-weight: 400; padding: 0.3rem 0.75rem 0.3rem 0; max-width: 12rem;
             overflow-wrap: anywhere; }
.answer tr:first-child th, .answer tr:first-child .score { font-weight: 700; }
.answer td { padding: 0.3rem 0; }
.answer .bar { width: 60%; }
.answer .bar div { border-radius: 0.2rem; background: var(--border-color-primary); }
.answer .bar span { display: block; height: 0.8rem; min-width: 2px; border-radius: 0.2rem; background: #6b7688; }
.answer tr:first-child .bar span { background: #2b7fcb; }
.answer .score { text-align: right; white-space: nowrap; padding-left: 0.75rem; font-variant-numeric: tabular-nums; }
.answer figure { margin: 0; }
.answer video { width: 100%; background: #000; border-radius: 0.3rem; }
.answer figcaption { padding-top: 0.35rem; }
.answer.error { border-left: 0.3rem solid #d13438; padding: 0.25rem 1rem; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid #2b7fcb !important; outline-offset: -3px; }
@media (max-width: 480px) {
  .fillable { padding: 0.75rem !important; }
  .answer .bar { width: 40%; }
}
"""


def build_page(look: Callable[[str, str], str], uploads: Uploads, limits: Limits, model_name: str) -> gr.Blocks:
    """The page.

    Args:
        look: Maps the path and name of a video to HTML; called for one video at a time.
        uploads: The visitors' videos.
        limits: Limits of uploads, shown on the page.
        model_name: Name of the model, shown on the page.
    """

    def recognise(path: str | None) -> tuple[str, None]:
        if path is None:
            return show_error('Please upload a video.'), None
        try:
            with uploads.processing(path) as upload:
                return look(path, upload.name), None
        except InputError as error:
            return show_error(str(error)), None

    with gr.Blocks(title='What happens in this video?', analytics_enabled=False) as page:
        gr.HTML(
            '<div class="intro"><h1>What happens in this video?</h1>'
            f'<p>{escape(model_name)} recognises the action and shows its evidence. Videos of up to '
            f'{limits.megabytes:g} MB and {limits.seconds:g} seconds are accepted, and deleted after processing.'
            '</p></div>',
            elem_classes='flush',
        )
        drop = gr.File(label='Video', file_types=['video'], height=160, elem_classes='drop')
        pass_paths(drop)
        result = gr.HTML(min_height=80, elem_classes='flush')
        drop.upload(recognise, drop, [result, drop], concurrency_limit=1, show_progress_on=result, api_name='recognise')
    return page.queue(max_size=MOST_WAITING, default_concurrency_limit=1)


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


def as_app(page: gr.Blocks, limits: Limits) -> ASGIApp:
    """The ASGI application of a page, with everything off that Gradio lets be turned off."""
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
        theme=gr.themes.Default(font=list(FONTS), font_mono=['monospace']),
        css=CSS,
    )
    page.is_running = True  # sends signs of life to those who wait, so that a proxy keeps the connection
    return app
