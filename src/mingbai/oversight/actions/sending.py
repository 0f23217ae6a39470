"""One message over the wire: to a robot by HTTPS, to a mailbox by SMTP.

Redirects are never followed and answers are read up to a bound: the other side is not trusted. No
exception leaves with an address in it; what went wrong is said in words of our own.
"""

from __future__ import annotations

import http.client
import smtplib
import ssl
import time
from typing import Final
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from mingbai.oversight.actions.outlets import (
    CannotUseOutlet,
    MailDoor,
    Outlet,
    check_address,
)
from mingbai.paper.robots import (
    Answer,
    RobotKind,
    read_answer,
    robot_name,
    signed_address,
    write_body,
)

#: Seconds for each step of a conversation, and for the whole of an answer.
_STEP_SECONDS, _ANSWER_SECONDS = 10.0, 20.0
_ANSWER_BYTES: Final = 64 * 1024


def post_to_robot(
    *, kind: RobotKind, address: str, secret: str, title: str, text: str, key: str, outlet: Outlet,
    moment: int,
) -> Answer:  # fmt: skip
    """Post one message; ``key`` goes along as ``Idempotency-Key``. ``moment``
    (ms) goes into a signature. Never raises for the far side.

    The address is held against the allowed hosts again: the list may have shrunk since it was kept.
    """
    try:
        check_address(kind, address, outlet=outlet)
    except CannotUseOutlet as error:
        return Answer(False, False, str(error)[:200])
    parts = urlsplit(signed_address(address, secret, moment=moment))
    body = write_body(kind, title=title, text=text)
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", body, headers)
        response = connection.getresponse()
        return read_answer(kind, status=response.status, body=_read(response))
    except ssl.SSLCertVerificationError:
        return Answer(False, True, f"{robot_name(kind)}的证书核验不过，已停止发送")
    except (OSError, http.client.HTTPException):
        # Named by kind alone: the exception may quote the address, which is a key.
        return Answer(False, True, f"连不上{robot_name(kind)}，或对方没有按时答复")
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=_STEP_SECONDS)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=_STEP_SECONDS, context=context)


def _read(response: http.client.HTTPResponse) -> bytes:
    """The answer up to a bound of bytes and of time; a longer one is cut and not understood."""
    until = time.monotonic() + _ANSWER_SECONDS
    found = b""
    while len(found) < _ANSWER_BYTES:
        part = response.read1(_ANSWER_BYTES - len(found))
        if not part:
            break
        found += part
        if time.monotonic() > until:
            raise TimeoutError
    return found


def send_mail_text(*, door: MailDoor, to: str, subject: str, body: str, key: str) -> Answer:
    """Send one mail; ``key`` makes its Message-ID, so that a mail sent twice is known as one."""
    domain = door.sender.rpartition("@")[2].rstrip(">")
    mail = EmailMessage(
        subject=subject,
        body=body,
        from_email=door.sender,
        to=[to],
        headers={"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=EmailBackend(
            host=door.host,
            port=door.port,
            username=door.user,
            password=door.password,
            use_tls=door.tls == "start",
            use_ssl=door.tls == "full",
            timeout=int(_STEP_SECONDS),
        ),
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()), (550, b""))[0]
        again = 400 <= code < 500
        word = "暂时不收" if again else "不收这个收件地址"
        return Answer(False, again, f"邮件服务器{word}（{code}）")
    except smtplib.SMTPAuthenticationError as refused:
        return Answer(False, True, f"邮件服务器不认账号或密码（{refused.smtp_code}）")
    except smtplib.SMTPResponseException as refused:
        again = refused.smtp_code < 500 or refused.smtp_code >= 600
        return Answer(False, again, f"邮件服务器没有收下（{refused.smtp_code}）")
    except (smtplib.SMTPException, OSError):
        return Answer(False, True, "连不上邮件服务器，或对方没有按时答复")
    return Answer(True)
