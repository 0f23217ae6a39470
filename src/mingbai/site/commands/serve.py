"""``./mingbai serve``: the web server and the background worker, ended together."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只限本机")
    parser.add_argument("--workers", type=int, default=2, help="网站进程数，默认 2")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from mingbai.base.jobs import revive_jobs
    from mingbai.site.daily import plan_days
    from mingbai.site.jobs import RUNNER

    call_command("migrate", verbosity=0, interactive=False)
    revive_jobs(runner=RUNNER)
    plan_days()
    return serve(host=args.host, port=args.port, workers=args.workers)


def serve(*, host: str, port: int, workers: int = 2) -> int:
    """Start gunicorn and the worker as children and wait; a signal ends both."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "mingbai.site.wsgi:application",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--workers",
        str(workers),
        "--bind",
        f"{host}:{port}",
        "--timeout",
        "120",
        "--log-level",
        "warning",
    ]
    worker = [sys.executable, "-m", "mingbai", "manage", "qcluster"]
    children = [subprocess.Popen(web), subprocess.Popen(worker, stdout=subprocess.DEVNULL)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"网站已启动：http://{host}:{port}/  （按 Ctrl-C 结束）", flush=True)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return int(max(abs(child.returncode or 0) for child in children))
    except KeyboardInterrupt:
        return 0
    finally:
        for child in children:
            if child.poll() is None:
                os.kill(child.pid, signal.SIGTERM)
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
