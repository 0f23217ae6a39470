"""Forms of reminders: filters, a mail address, a robot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from mingbai.base.models import Office
from mingbai.oversight.models import OutboxMessage
from mingbai.paper.robots import robot_kinds


class FilterReminders(forms.Form):
    """Narrow the county's list by day, office, kind, and to what was late already."""

    def __init__(
        self,
        *args: Any,
        days: Sequence[date],
        offices: Sequence[Office],
        kinds: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        told = [(day.isoformat(), f"{day.month}月{day.day}日") for day in days]
        named = [(office.pk, office.short_name) for office in offices]
        self.fields["on"] = _choice("提醒日", [("", "全部"), *told])
        self.fields["office"] = _choice("单位", [("", "全部单位"), *named])
        self.fields["kind"] = _choice("事项", [("", "全部事项"), *kinds])
        self.fields["late"] = _choice("阶段", [("", "全部"), ("1", "只看逾期催办")])


class FilterMessages(forms.Form):
    """Narrow messages by state and way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"] = _choice("状态", [("", "全部状态"), *OutboxMessage.State.choices])
        self.fields["channel"] = _choice("方式", [("", "全部方式"), *OutboxMessage.Channel.choices])


class MailForm(forms.Form):
    """One's own mail address; empty switches mail off."""

    address = forms.CharField(
        label="邮箱",
        max_length=120,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class RobotForm(forms.Form):
    """A robot to add; the address is a key and is typed like one."""

    kind = forms.ChoiceField(label="种类", choices=robot_kinds())
    name = forms.CharField(label="名称", max_length=40, help_text="如：民生工程工作群")
    address = forms.CharField(
        label="Webhook 地址",
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="在群里添加机器人后复制。地址等于密码：加密保存，页面上不再显示。",
    )
    secret = forms.CharField(
        label="加签密钥",
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="只有钉钉安全设置选了“加签”才填，SEC 开头。",
    )

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(office.pk, f"{office.short_name}：只发本单位的提醒") for office in offices]
        self.fields["office"] = forms.TypedChoiceField(
            label="发给谁的群",
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "全县工作群：每个单位一行汇总"), *named],
        )
        self.order_fields(["kind", "name", "office", "address", "secret"])


def _choice(label: str, choices: Sequence[tuple[Any, str]]) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, required=False, choices=choices)
    field.widget.attrs["data-autosubmit"] = ""
    return field
