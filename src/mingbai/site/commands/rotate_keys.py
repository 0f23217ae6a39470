"""``./mingbai rotate-keys``: seal new values under a new key version."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.utils import timezone

    from mingbai.base.keyring import add_master, keyring_path
    from mingbai.base.ledger import record_act
    from mingbai.base.secrets import forget_keys

    version = add_master(settings.MINGBAI_HOME)
    forget_keys()
    with transaction.atomic():
        record_act("rotate_keys", by=None, at=timezone.now(), payload={"version": version})
    print(
        f"已启用第 {version} 版密钥，此后新写入的个人信息用新密钥加密；旧密钥保留，用于解密旧数据。"
    )
    print(f"请立即备份密钥文件：{keyring_path(settings.MINGBAI_HOME)}")
    return 0
