"""A robot's server and a mail server on this machine: they answer as told and keep all."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer

OK = (200, b'{"errcode":0,"errmsg":"ok"}')


class Posted:
    """One request as it came in."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body

    @property
    def said(self):
        return json.loads(self.body)


class RobotServer:
    """Answers each request with the next of ``answers``, the last of them for ever."""

    def __init__(self):
        self.answers = [OK]
        self.posted: list[Posted] = []
        self.wait = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                outer.posted.append(Posted(self.path, dict(self.headers), self.rfile.read(size)))
                time.sleep(outer.wait)
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                status, body, *headers = answer
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Keep the tests quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"

    def address(self, kind, key="KEY-0123456789abcdef"):
        if kind == "wecom":
            return f"http://{self.host}/cgi-bin/webhook/send?key={key}"
        return f"http://{self.host}/robot/send?access_token={key}"


class MailServer:
    """Takes mail; ``refuse`` maps the start of a line (``RCPT``) to the answer to give."""

    def __init__(self):
        self.mails: list = []
        self.refuse: dict[str, str] = {}
        self.signed_in: list[str] = []
        outer = self

        class Handler(StreamRequestHandler):
            def say(self, line):
                self.wfile.write(f"{line}\r\n".encode())

            def handle(self):
                self.say("220 local")
                to = []
                while line := self.rfile.readline().decode().rstrip():
                    verb = line.split()[0].upper()
                    refusal = next(
                        (v for k, v in outer.refuse.items() if line.upper().startswith(k)), None
                    )
                    if refusal:
                        self.say(refusal)
                    elif verb == "EHLO":
                        self.say("250-local")
                        self.say("250 AUTH PLAIN")
                    elif verb == "AUTH":
                        outer.signed_in.append(base64.b64decode(line.split()[2]).decode())
                        self.say("235 ok")
                    elif verb == "RCPT":
                        to.append(line.partition("<")[2].rstrip(">"))
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        body = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            body += part.removeprefix(b".") if part.startswith(b"..") else part
                        outer.mails.append((to, message_from_bytes(body, policy=policy.default)))
                        self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        class Server(ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@contextmanager
def running(made):
    """Serve from a thread of its own until the test is over."""
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()
