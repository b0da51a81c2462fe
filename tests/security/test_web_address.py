"""SECURITY.md: where the web page is served, and one sentence where it cannot be."""

import socket

import pytest
from page_server import load

from mmaction_vt.errors import InputError


@pytest.fixture(scope='module')
def web_address():
    return load('web_address')


@pytest.mark.parametrize(
    ('host', 'why'),
    [
        ('', 'takes an address'),
        (' ', 'takes an address'),
        ('127.0.0.1 ', 'takes an address'),
        ('http://127.0.0.1', 'neither an address nor a known name'),
        ('127.0.0.1:7860', 'neither an address nor a known name'),
        ('256.1.1.1', 'neither an address nor a known name'),
        ('no-such-host.invalid', 'neither an address nor a known name'),
        ('a' * 300, 'neither an address nor a known name'),
        ('a..b', 'neither an address nor a known name'),
        ('\udcff', 'neither an address nor a known name'),
        ('192.0.2.1', 'this machine does not have that address'),
        ('2001:db8::1', '(does not have that address|permission|not supported|neither)'),
    ],
)
def test_a_host_that_is_not_this_machine(web_address, host, why):
    with pytest.raises(InputError, match=f'^the page cannot be served at .*, port 7860: .*{why}'):
        web_address.bind(host, 7860)


def test_a_port_in_use(web_address):
    with socket.create_server(('127.0.0.1', 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(InputError, match=f'at 127.0.0.1, port {port}: the port is in use: choose another'):
            web_address.bind('127.0.0.1', port)


def test_a_port_that_is_taken_while_the_model_is_loaded(web_address):
    bound = web_address.bind('127.0.0.1', 0)
    port = bound.getsockname()[1]
    with bound, socket.create_server(('127.0.0.1', port)), pytest.raises(InputError, match='the port is in use'):
        web_address.listen(bound)


def test_what_is_printed(web_address):
    for host, expected in (('127.0.0.1', '127.0.0.1'), ('localhost', '127.0.0.1'), ('0.0.0.0', 'localhost')):
        with web_address.bind(host, 0) as bound:
            assert web_address.url_of(bound) == f'http://{expected}:{bound.getsockname()[1]}/'


@pytest.mark.parametrize('name', ['*', '', 'http://demo.example.org', 'demo.example.org:80', 'a/b', 'a b', 'a..b', '-'])
def test_an_allowed_host_is_a_name(web_address, name):
    with pytest.raises(InputError, match='--allowed-host takes a name'):
        web_address.Hosts('127.0.0.1', '127.0.0.1', [name])
