"""Reviewing in place: the page on a loopback port, and its verdicts written where the next run finds them.

Only a request that names the right host and brings the token of this run is answered, so that no other page
in the browser, and nobody else on the machine, can read the texts or write verdicts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from cleaner.errors import CleanerError

LARGEST = 20_000_000
"""How many bytes a review may have."""


class Server(ThreadingHTTPServer):
    """Serves one page on 127.0.0.1. `url` is where, token included; `page` makes it, `save` gets each review."""

    daemon_threads = True

    def __init__(self, save: Callable[[Mapping[str, str]], str], port: int = 0) -> None:
        """Binds at once, to any free port for 0. `page` is to be set before the first request."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.save = save
        self.page: Callable[[], bytes] = bytes
        self.token = secrets.token_urlsafe(24)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self._refused(self.path == f"/{self.server.token}/"):
            return
        self._answer(HTTPStatus.OK, self.server.page(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        given = self.headers.get("X-Cleaner-Token", "")
        named = self.path == f"/{self.server.token}/review"
        if self._refused(named and secrets.compare_digest(given.encode(), self.server.token.encode())):
            return
        try:
            length = int(self.headers.get("Content-Length", ""))
            if not 0 <= length <= LARGEST:
                raise ValueError
            verdicts = msgspec.json.decode(self.rfile.read(length), type=dict[str, str])
            said = self.server.save(verdicts)
        except (ValueError, msgspec.DecodeError):
            self._answer(HTTPStatus.BAD_REQUEST, b"this is no review")
        except CleanerError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, str(error).encode())
        else:
            self._answer(HTTPStatus.OK, said.encode())

    def _refused(self, right: bool) -> bool:
        # A name that a stranger's DNS points at this machine would come with its own Host.
        if right and self.headers.get("Host") == self.server.host:
            return False
        self._answer(HTTPStatus.FORBIDDEN, b"not for you")
        return True

    def _answer(self, status: HTTPStatus, body: bytes, form: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", form)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: the page says what was saved."""
