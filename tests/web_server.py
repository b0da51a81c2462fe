"""A web server on this machine that answers as told: files, pages, errors, and connections that end too early."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebServer:
    """What it answers is in ``routes``, by path, and ``otherwise``; a test may change it at any time.

    A route is a function that is given the request's handler. ``asked`` lists the requests: command, path with query,
    and headers.
    """

    def __init__(self, port):
        self.host = f'127.0.0.1:{port}'
        self.routes = {}
        self.otherwise = answer(b'nothing here', 404)
        self.asked = []

    def address(self, path):
        return f'http://{self.host}{path}'

    def paths(self):
        return [path for _, path, _ in self.asked]


@contextmanager
def serve():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append((self.command, self.path, self.headers))
            route = server.routes.get(self.path.split('?')[0], server.otherwise)
            route(self)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *_):
            """Requests are in ``asked``."""

    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as http:
        http.daemon_threads = True
        server = WebServer(http.server_port)
        threading.Thread(target=http.serve_forever, kwargs=dict(poll_interval=0.02), daemon=True).start()
        yield server
        http.shutdown()


def answer(body, status=200, cut=None, **headers):
    """A route with one response; of ``cut`` bytes the connection ends. Underscores in names of headers are dashes."""

    def route(request):
        request.send_response(status)
        given = {name.replace('_', '-'): value for name, value in headers.items()}
        for name, value in {'Content-Type': 'application/octet-stream', 'Content-Length': len(body), **given}.items():
            request.send_header(name, str(value))
        request.end_headers()
        if request.command == 'GET':
            request.wfile.write(body[:cut])
            request.wfile.flush()

    return route


def page(text, status=200, **headers):
    """A route with a web page."""
    return answer(text.encode(), status, **{'Content_Type': 'text/html; charset=utf-8', **headers})


def file(content, etag='"1"', ranges=True, cuts=(), **headers):
    """A route of a file, with or without ranges; the n-th connection ends after ``cuts[n]`` bytes."""
    cuts = list(cuts)
    if etag:
        headers['ETag'] = etag

    def route(request):
        cut = cuts.pop(0) if cuts else None
        asked = re.fullmatch(r'bytes=(\d+)-', request.headers.get('Range', ''))
        if asked and ranges and request.headers['If-Range'] == (etag or headers.get('Last_Modified')):
            start = int(asked[1])
            described = dict(headers, Content_Range=f'bytes {start}-{len(content) - 1}/{len(content)}')
            answer(content[start:], 206, cut, **described)(request)
        else:
            answer(content, 200, cut, **headers)(request)

    return route


def in_turn(*routes):
    """A route that answers as each of these in turn, and then as the last."""
    routes = list(routes)

    def route(request):
        (routes.pop(0) if len(routes) > 1 else routes[0])(request)

    return route
