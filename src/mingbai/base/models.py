"""Divisions, offices, users, roles, the ledger of acts, stored files and jobs."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from mingbai.base.scope import (
    CountyOnly,
    Everyone,
    ScopeBy,
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
)


class Division(ScopedModel):
    """An administrative division; the code is its identity and has a time of validity."""

    scope = Everyone("codes and names of divisions are public")

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True)

    class Meta:
        verbose_name = "行政区划"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="division_valid_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="division_level_known",
                condition=Q(level__in=("province", "city", "county", "town", "village")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Office(ScopedModel):
    """A unit that hands in, leads, supervises or decides."""

    scope = Everyone("every office may know which offices exist")

    class Kind(models.TextChoices):
        COUNTY_OFFICE = "county_office", "县民生办"
        LEADER = "leader", "县领导"
        DEPARTMENT = "department", "责任部门"
        TOWN = "town", "镇"
        VILLAGE = "village", "村（居）"
        AUDITOR = "auditor", "审计"
        SUPERVISOR = "supervisor", "特邀监督员"
        THIRD_PARTY = "third_party", "第三方机构"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, on_delete=models.PROTECT, related_name="+"
    )
    division = models.ForeignKey(
        Division, verbose_name="所在区划", null=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True)

    class Meta:
        verbose_name = "单位"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="office_valid_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class OfficeDuty(ScopedModel):
    """Which office leads which sub-item, from when to when."""

    scope = Everyone("who leads what is published in the county's notice")

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    sub_item = models.CharField("子项", max_length=80)
    from_date = models.DateField("起")
    to_date = models.DateField("止", null=True)

    class Meta:
        verbose_name = "责任分工"
        constraints = (
            models.UniqueConstraint(
                fields=("office", "sub_item", "from_date"), name="office_duty_once"
            ),
        )


class UserManager(BaseUserManager["User"], ScopedManager["User"]):
    """Users are found by name only while signing in."""

    def get_queryset(self) -> ScopedQuerySet[User]:
        return ScopedQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.unscoped("sign-in looks a user up by name").get(username=username)


class User(AbstractBaseUser, ScopedModel):
    """A person who signs in, belonging to one office."""

    scope = ScopeBy(office="office_id")

    username = models.CharField("用户名", max_length=60, unique=True)
    display_name = models.CharField("姓名", max_length=40)
    office = models.ForeignKey(
        Office, verbose_name="所在单位", on_delete=models.PROTECT, related_name="+"
    )
    is_active = models.BooleanField("在用", default=True)
    #: Given by the keeper: it lets its owner in only to choose their own.
    password_is_temporary = models.BooleanField("密码待本人更换", default=False, db_default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[misc]

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.display_name


class Role(ScopedModel):
    """A role held by a user for a time; what a role may do stands in ``base.permissions``."""

    scope = ScopeBy(office="user__office_id")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField("角色", max_length=20)
    from_date = models.DateField("起")
    to_date = models.DateField("止", null=True)

    class Meta:
        verbose_name = "角色"
        constraints = (
            models.UniqueConstraint(fields=("user", "role", "from_date"), name="role_once"),
        )


class Act(ScopedModel):
    """One entry of the ledger of acts: append-only and hash-chained, see ``base.ledger``."""

    scope = CountyOnly("the ledger tells what everybody did; towns read their own records' pages")
    frozen = True

    seq = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField("动作", max_length=60)
    subject = models.CharField("对象", max_length=120)
    payload = models.TextField("内容")
    prev_hash = models.CharField("上一条摘要", max_length=64)
    hash = models.CharField("摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = "台账"
        ordering = ("seq",)


class ActMixin(models.Model):
    """A record written by an action knows its ledger entry; "as of seq N" is ``act_id <= N``."""

    act = models.ForeignKey(Act, verbose_name="台账", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class StoredFile(ScopedModel):
    """Bytes kept by content hash, sealed at rest; the name given by the sender lives elsewhere."""

    scope = CountyOnly("files are opened through the room that owns them, under its own scope")
    frozen = True

    sha256 = models.CharField("内容摘要", max_length=64)
    size_bytes = models.BigIntegerField("字节数")
    kind = models.CharField("用途", max_length=20)
    stored_at = models.DateTimeField("存入时间")
    stored_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "存档文件"
        constraints = (models.UniqueConstraint(fields=("sha256", "kind"), name="stored_file_once"),)


class OriginMixin(models.Model):
    """Where a record came from: stored file, sheet number, line as Excel shows it."""

    origin_file = models.ForeignKey(
        StoredFile, verbose_name="来源文件", null=True, on_delete=models.PROTECT, related_name="+"
    )
    origin_sheet = models.PositiveIntegerField("来源工作表", null=True)
    origin_line = models.PositiveIntegerField("来源行", null=True)

    class Meta:
        abstract = True


class Job(ScopedModel):
    """Background work with progress; survives a restart and is safe to run again."""

    scope = ScopeBy(office="office_id")

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    kind = models.CharField("种类", max_length=40)
    args = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    done_count = models.BigIntegerField("已完成数", default=0)
    total_count = models.BigIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=300, default="")
    result = models.JSONField("结果", default=dict)
    queued_at = models.DateTimeField("提交时间")
    queued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    tries_count = models.PositiveSmallIntegerField("次数", default=0)

    class Meta:
        verbose_name = "后台任务"
        ordering = ("-id",)
