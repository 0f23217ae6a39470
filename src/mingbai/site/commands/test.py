"""``./mingbai test``: format, lint, types, contracts, the engine (every branch of it reached), and
the suite on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]

#: What runs again on PostgreSQL: everything that touches the database in process.
DATABASE_TESTS = ("tests/house", "tests/rooms")
#: What reaches every branch of the engine by itself; fewer fail (`[tool.coverage]` says of what).
ENGINE_TESTS = ("tests/engine", "--cov", "--cov-fail-under=100")
#: Both cores; what shares a Spark or a browser stays together.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadgroup")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="只跑 SQLite 上的测试，不跑 PostgreSQL")
    parser.add_argument("rest", nargs="*", help="交给 pytest 的参数（如某个测试文件）")


def run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="mingbai-test-") as home:
        env = {
            **os.environ,
            "MINGBAI_HOME": home,
            "PYTHONUTF8": "1",
            "COVERAGE_FILE": str(Path(home) / "coverage"),
        }
        if args.rest:
            return _step("指定的测试", _pytest(*args.rest), env)
        steps = [
            ("格式", [sys.executable, "-m", "ruff", "format", "--check", "."]),
            ("规范", [sys.executable, "-m", "ruff", "check", "."]),
            ("类型", [sys.executable, "-m", "mypy"]),
            ("房间之间的约定", [str(Path(sys.executable).parent / "lint-imports")]),
            ("引擎（测试与分支覆盖）", _pytest(*SIDE_BY_SIDE, *ENGINE_TESTS)),
            ("测试（SQLite）", _pytest(*SIDE_BY_SIDE, "--ignore=tests/engine")),
        ]
        for name, command in steps:
            if code := _step(name, command, env):
                return code
        if args.fast:
            return 0
        with postgres(Path(home) / "postgres") as url:
            return _step(
                "测试（PostgreSQL）",
                _pytest("-n", "2", *DATABASE_TESTS),
                {**env, "MINGBAI_DATABASE_URL": url},
            )


def _pytest(*args: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]


def _step(name: str, command: Sequence[str], env: dict[str, str]) -> int:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=PROJECT, env=env, check=False).returncode
    verdict, seconds = ("未通过" if code else "通过"), time.monotonic() - started
    print(f"== {name}：{verdict}，{seconds:.0f} 秒", flush=True)
    return code


def _postgres_tools() -> Path:
    """The folder with initdb and postgres; the newest Debian one, or the one on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    raise SystemExit(
        "没有找到 PostgreSQL。Debian 可安装：apt-get install postgresql；或用 --fast 只测 SQLite。"
    )


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A real PostgreSQL of its own on a socket in ``folder``; yields its URL and stops it after."""
    tools = _postgres_tools()
    folder.mkdir(parents=True)
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = folder / "data", str(20_000 + os.getpid() % 20_000)
    subprocess.run(
        [*as_user, str(tools / "initdb"), "-D", str(data), "-U", "mingbai", "-A", "trust", "-k",
         "-E", "UTF8", "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -k {folder}"
    control = [*as_user, str(tools / "pg_ctl"), "-D", str(data), "-l", str(folder / "log")]
    start = [*control, "-w", "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield f"postgresql://mingbai@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, cwd="/")
