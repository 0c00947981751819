"""An OpenAI-compatible server on loopback that answers from a script, faults included."""

import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Answer(NamedTuple):
    """What the server does with one request; made by the functions below."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0  # before anything is sent
    cut: str = ""  # "before" or "within" the answer


def reply(text, *, seconds=0.0, finish_reason="stop", tokens=(1000, 200)):
    """A completion with one choice."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    return completion([choice], tokens, seconds=seconds)


def completion(choices, tokens=(1000, 0), *, seconds=0.0):
    content = {
        "id": "completion",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": choices,
        "usage": {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        },
    }
    return Answer(body=json.dumps(content).encode(), seconds=seconds)


def error(status, message, **headers):
    """An error as the protocol has it; `{authorization}` in the message becomes the request's header."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, json.dumps({"error": {"message": message, "type": "scripted"}}).encode(), named)


def hang(seconds):
    """No answer for so long, then a cut connection."""
    return Answer(seconds=seconds, cut="before")


class Seen(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict
    body: dict
    when: float


@dataclass
class ModelServer:
    """A running server.

    `script` is a list of answers, taken in the order of the requests, or a function of the request's body and
    its number, from 0. What is served beyond the script is an error that no client tries again.
    """

    script: object
    requests: list = field(default_factory=list)
    at_once: int = 0  # most requests that were in the server at the same time
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, seen):
        with self._lock:
            number = len(self.requests)
            self.requests.append(seen)
        if callable(self.script):
            return self.script(seen.body, number)
        return self.script[number] if number < len(self.script) else error(400, "the script has ended")

    @contextlib.contextmanager
    def counted(self):
        with self._lock:
            self._inside += 1
            self.at_once = max(self.at_once, self._inside)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def wait(self, seconds):
        """Wait so long, or until the server ends."""
        self._ended.wait(seconds)

    def end(self):
        self._ended.set()


@contextlib.contextmanager
def serving(script):
    """A server for the time of the block."""
    server = ModelServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with server.counted():
                self._send(server.answer(Seen(self.path, dict(self.headers), body, time.monotonic())))

        def _send(self, answer):
            server.wait(answer.seconds)
            self.close_connection = True
            if answer.cut == "before":
                return
            body = answer.body.replace(b"{authorization}", self.headers.get("Authorization", "").encode())
            # A client that gave up has closed the connection.
            with contextlib.suppress(ConnectionError):
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if answer.cut == "within" else body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """Clients that are killed cut their connections."""

    listening = Server(("127.0.0.1", 0), Handler)
    server.port = listening.server_port
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        listening.shutdown()
        listening.server_close()
        thread.join()


def closed_port():
    """A port of loopback on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
