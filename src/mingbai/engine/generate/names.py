"""Chinese names as rosters hold them: common, two-part, minority, with rare characters."""

from __future__ import annotations

from random import Random

# Weighted by rank, the commonest first.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
    "于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
    "龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
_TWO_PART = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "东方", "慕容", "令狐", "司徒")
_MALE = (
    "伟强军勇杰涛明超刚平辉鹏华飞斌波宇浩凯健俊帆帅旭宁龙林欢阳建国志文海山仁贵福生成"
    "康星光天达安岩中茂进有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河"
    "哲江"
)
_FEMALE = (
    "芳娜敏静丽艳娟霞秀英慧巧美淑惠珠翠雅芝玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲真环雪"
    "荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉桂娣叶璧璐娅琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露"
    "瑶怡婵雁"
)
_SHARED = "建文志永春玉明金国世正德家子小大新兴长学成林天海云荣祖元光忠义礼智信"
# GB2312 does not hold them, or they lie beyond the basic plane: they break careless software.
_RARE = ("堃", "喆", "昉", "玥", "赟", "祎", "旸", "䶮", "㛃", "𠮷", "𬭚", "𫖮", "𬱖", "𬀩")
_MINORITY_FIRST = (
    "阿依古丽",
    "买买提",
    "古丽娜尔",
    "艾尔肯",
    "热依汗",
    "吐尔逊",
    "努尔兰",
    "阿卜杜拉",
)
_MINORITY_LAST = ("艾力", "吐尔逊", "买买提江", "肉孜", "依明", "赛买提", "卡德尔", "阿不都热合曼")


def draw_surname(random: Random) -> str:
    """Return a surname; about one in 200 has two characters."""
    if random.random() < 0.005:
        return _TWO_PART[int(random.random() * len(_TWO_PART))]
    # The square leans towards the front of the list: a few surnames cover half the county.
    return _SURNAMES[int(random.random() ** 2 * len(_SURNAMES))]


def draw_given(random: Random, *, male: bool) -> str:
    """Return a given name of one or two characters; about one in 150 has a rare character."""
    pool = _MALE if male else _FEMALE
    last = pool[int(random.random() * len(pool))]
    shape = random.random()
    if shape < 0.007:
        last = _RARE[int(random.random() * len(_RARE))]
    if shape > 0.82:
        return last
    return _SHARED[int(random.random() * len(_SHARED))] + last


def draw_minority_name(random: Random) -> str:
    """Return a name in two parts joined by the interpunct U+00B7."""
    first = _MINORITY_FIRST[int(random.random() * len(_MINORITY_FIRST))]
    last = _MINORITY_LAST[int(random.random() * len(_MINORITY_LAST))]
    return f"{first}·{last}"


def differs_by_sound(name: str) -> str:
    """Return the name as another hand writes it: one character exchanged, never the same."""
    swaps = {"华": "花", "英": "瑛", "芳": "方", "军": "君", "明": "名", "丽": "莉", "兰": "蓝"}
    for old, new in swaps.items():
        if old in name[1:]:
            return name[0] + name[1:].replace(old, new, 1)
    return name[:-1] + ("芬" if name[-1] != "芬" else "芳")


def list_surnames() -> tuple[str, ...]:
    """Return all surnames, the common ones first by rank, then those of two characters."""
    return (*_SURNAMES, *_TWO_PART)


def list_given(*, male: bool) -> tuple[tuple[str, ...], int, int]:
    """Return given names (single; then shared with usual; then shared with rare characters), how
    many are single, and how many have a rare character.
    """
    pool = _MALE if male else _FEMALE
    usual = tuple(first + last for first in _SHARED for last in pool)
    rare = tuple(first + last for first in _SHARED for last in _RARE)
    return (*pool, *usual, *rare), len(pool), len(rare)


def list_minority() -> tuple[str, ...]:
    """Return all names in two parts joined by the interpunct."""
    return tuple(f"{first}·{last}" for first in _MINORITY_FIRST for last in _MINORITY_LAST)
