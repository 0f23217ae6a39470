"""The sign-in form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """User name and password, with messages that say what to do next."""

    error_messages = {
        "invalid_login": "用户名或密码不对。请核对大小写和输入法后再试；"
        "忘记密码请找本县系统管理员重置。",
        "inactive": "这个账号已停用。如仍需使用，请由本单位向县民生办提出恢复。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        name, password = self.fields["username"], self.fields["password"]
        name.label, password.label = "用户名", "密码"
        name.error_messages = {"required": "请填写用户名。"}
        password.error_messages = {"required": "请填写密码。"}
        name.widget = forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
                "maxlength": 60,
            }
        )
