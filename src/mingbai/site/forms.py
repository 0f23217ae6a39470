"""The forms of the front door and of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm

from mingbai.base.models import Office, User
from mingbai.base.permissions import ROLES


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


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """One's own new password, typed twice; the present one is asked for first."""

    error_messages = {"password_mismatch": "两次输入的不一样，请重新输入。"}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.label_suffix = ""
        present = forms.CharField(
            label="现在的密码",
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.fields = {"present": present, **self.fields}
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = "新密码", "再输一遍"
        first.help_text = "不少于 10 位，不能全是数字，也不要用常见的词。"
        second.help_text = ""

    def clean_present(self) -> str:
        """The present password, so that a session left open gives nobody the account."""
        text = str(self.cleaned_data["present"])
        if not self.user.check_password(text):
            raise forms.ValidationError("现在的密码不对，请核对后再试。")
        return text


def _role_choices() -> list[tuple[str, str]]:
    return [(code, name) for code, (name, _) in ROLES.items()]


class ChooseRoles(forms.Form):
    """Which roles an account holds."""

    roles = forms.MultipleChoiceField(
        label="角色", choices=_role_choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class FilterAccounts(forms.Form):
    """Which accounts the list shows."""

    text = forms.CharField(label="姓名、用户名或单位", max_length=40, required=False)
    locked = forms.BooleanField(label="只看停用的", required=False)


class OpenAccount(forms.Form):
    """A new account: who, where, with which roles."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,29}$",
        label="用户名",
        help_text="小写字母开头，3 到 30 位，可用数字、点和短横",
        error_messages={"invalid": "用户名用小写字母开头，3 到 30 位，可用数字、点和短横。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    display_name = forms.CharField(label="姓名或“单位 岗位”", max_length=40)
    office = forms.ChoiceField(label="单位")
    roles = forms.MultipleChoiceField(
        label="角色",
        choices=_role_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种角色。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        offices = Office.objects.unscoped("every office may have accounts")
        rows = offices.filter(valid_to__isnull=True).order_by("id")
        self.fields["office"] = forms.ChoiceField(
            label="单位", choices=list(rows.values_list("code", "name"))
        )
