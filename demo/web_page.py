"""The web page, in Gradio: an upload field, and the answer.

It is imported after ``webapp.py`` has set the folder for uploads, which Gradio reads when it is imported.
"""

from collections.abc import Callable
from html import escape
from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from web_answer import MEGABYTE, Limits, show_error
from web_files import remove

MOST_WAITING = 16
# A browser may only load from this server, and the clip inside the page.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
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


class SecurityHeaders:
    """Forbid browsers to load anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to a response."""

        async def send_with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                for name, value in (
                    ('content-security-policy', POLICY),
                    ('referrer-policy', 'no-referrer'),
                    ('x-content-type-options', 'nosniff'),
                ):
                    message['headers'] = [*message['headers'], (name.encode(), value.encode())]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def build_page(look: Callable[[str, str], str], folder: Path, limits: Limits, model_name: str) -> gr.Blocks:
    """The page.

    Args:
        look: Maps the path and name of a video to HTML; called for one video at a time.
        folder: Folder of uploads.
        limits: Limits of uploads, shown on the page.
        model_name: Name of the model, shown on the page.
    """

    def recognise(given: tuple[str, str] | None) -> tuple[str, None]:
        if given is None:
            return show_error('Please upload a video.'), None
        path, name = given
        try:
            return look(path, name), None
        finally:
            remove(Path(path), folder)

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
    """Make the value of an upload field its path and original name, without copying or downloading.

    The component is patched and not subclassed, since Gradio writes stub files for subclasses next to the source.
    """

    async def refuse_addresses(path: str | Path | None) -> str | None:
        if path is not None and '://' in str(path):
            raise gr.Error('Upload a file, not an address.')
        return None if path is None else str(path)

    def path_and_name(payload: FileData | None) -> tuple[str, str] | None:
        return None if payload is None else (payload.path, payload.orig_name or Path(payload.path).name)

    drop.async_move_resource_to_block_cache = refuse_addresses
    drop.preprocess = path_and_name


def start(page: gr.Blocks, host: str, port: int, limits: Limits) -> None:
    """Serve a page, and return.

    Raises:
        OSError: If the port is taken.
    """
    page.launch(
        server_name=host,
        server_port=port,
        share=False,
        inbrowser=False,
        quiet=True,
        prevent_thread_lock=True,
        max_file_size=round(limits.megabytes * MEGABYTE),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        app_kwargs=dict(middleware=[Middleware(SecurityHeaders)]),
        theme=gr.themes.Default(font=list(FONTS), font_mono=['monospace']),
        css=CSS,
    )
