"""Forms of the payment pages."""

from __future__ import annotations

from django import forms

from mingbai.payment.models import BatchStep, PayeeCorrection, Recovery


class FilterBatches(forms.Form):
    """What to list of the batches."""

    period = forms.TypedChoiceField(label="月份", required=False, coerce=int, empty_value=None)
    sub_item = forms.ChoiceField(label="子项", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *BatchStep.Step.choices]
    )

    def __init__(
        self, *args: object, months: list[int], names: dict[str, str], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        shown = [(month, f"{month // 100}年{month % 100}月") for month in months]
        self.fields["period"].choices = [("", "全部"), *shown]  # type: ignore[attr-defined]
        self.fields["sub_item"].choices = [("", "全部"), *names.items()]  # type: ignore[attr-defined]


class DrawBatch(forms.Form):
    """What the maker declares before the lines exist."""

    sub_item = forms.ChoiceField(label="子项")
    month = forms.IntegerField(label="月份", min_value=1, max_value=12)
    count = forms.IntegerField(label="申报笔数", min_value=1, required=False)
    amount = forms.DecimalField(
        label="申报金额（元）", min_value=0, decimal_places=2, max_digits=15, required=False
    )

    def __init__(self, *args: object, names: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = list(names.items())  # type: ignore[attr-defined]


class ConfirmBatch(forms.Form):
    """The day on which the bank paid."""

    paid_date = forms.DateField(
        label="发放日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VoidBatch(forms.Form):
    """Why a batch is voided."""

    reason = forms.CharField(label="理由", max_length=200)


class WriteBankFile(forms.Form):
    """In which format, for which day, and why some are paid in cash."""

    format = forms.ChoiceField(label="文件格式")
    pay_date = forms.DateField(
        label="要求发放日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    cash_reason = forms.CharField(
        label="现金发放理由",
        max_length=200,
        required=False,
        help_text="有人没有银行账号、确需现金发放时填写；不填则补登账号后再生成。",
    )

    def __init__(self, *args: object, formats: list[tuple[str, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["format"].choices = formats  # type: ignore[attr-defined]


class CancelBankFile(forms.Form):
    """Why a bank file is cancelled."""

    reason = forms.CharField(label="理由", max_length=200)


class ReadBankReturn(forms.Form):
    """The file that the bank sent back."""

    file = forms.FileField(label="回盘文件")


class ProposeCorrection(forms.Form):
    """How a returned line is to be paid again."""

    kind = forms.ChoiceField(label="方式", choices=PayeeCorrection.Kind.choices)
    account = forms.CharField(
        label="更正后的账号", max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip
    holder = forms.CharField(
        label="存折上的户名", max_length=60, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    basis = forms.CharField(
        label="依据", max_length=200, help_text="如“存折复印件，已与本人核对”。不要写号码。"
    )
    evidence = forms.FileField(
        label="证明材料", required=False, help_text="图片或 PDF，不超过 10 兆。"
    )


class DecideCorrection(forms.Form):
    """Agree, or send back and say why."""

    accepted = forms.TypedChoiceField(
        label="决定", coerce=lambda text: text == "yes", choices=[("yes", "同意"), ("no", "退回")]
    )
    reason = forms.CharField(label="理由", max_length=200, required=False)


class ChooseOwing(forms.Form):
    """Which sub-item to settle up, up to which month."""

    sub_item = forms.ChoiceField(label="子项")
    month = forms.IntegerField(label="截至月份", min_value=1, max_value=12)

    def __init__(self, *args: object, names: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = list(names.items())  # type: ignore[attr-defined]


class ProposeRecovery(forms.Form):
    """What is to come back of a paid line, and why."""

    amount = forms.DecimalField(
        label="追回金额（元）", min_value=0, decimal_places=2, max_digits=15
    )
    cause = forms.ChoiceField(label="原因", choices=Recovery.Cause.choices)
    basis = forms.CharField(label="依据", max_length=200)


class FilterRecoveries(forms.Form):
    """What to list of the recoveries."""

    sub_item = forms.ChoiceField(label="子项", required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("proposed", "等待决定"),
            ("open", "尚未追回"),
            ("settled", "已了结"),
            ("refused", "不予追回"),
        ],
    )

    def __init__(self, *args: object, names: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = [("", "全部"), *names.items()]  # type: ignore[attr-defined]


class DecideRecovery(forms.Form):
    """How a recovery comes back, or that it is refused."""

    decision = forms.ChoiceField(
        label="处理",
        choices=[("repay", "退回现金"), ("set_off", "从以后发放中抵扣"), ("refuse", "不予追回")],
    )
    monthly = forms.DecimalField(
        label="每笔至多抵扣（元）", min_value=1, decimal_places=2, max_digits=15, required=False
    )
    basis = forms.CharField(label="文书或纪要", max_length=100)


class SettleRecovery(forms.Form):
    """What came back or is given up, by which paper."""

    amount = forms.DecimalField(label="金额（元）", min_value=0, decimal_places=2, max_digits=15)
    document = forms.CharField(label="凭据", max_length=100)


class RegisterFunding(forms.Form):
    """A document that lets a sub-item pay beyond its funds."""

    sub_item = forms.ChoiceField(label="子项")
    document_number = forms.CharField(label="文号", max_length=60)
    document_date = forms.DateField(
        label="成文日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    amount = forms.DecimalField(
        label="可超出金额（元）", min_value=0, decimal_places=2, max_digits=15
    )
    until_date = forms.DateField(
        label="有效期至", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label="事由", max_length=200)

    def __init__(self, *args: object, names: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = list(names.items())  # type: ignore[attr-defined]
