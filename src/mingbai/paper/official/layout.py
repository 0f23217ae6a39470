"""Measures and typefaces of GB/T 9704-2012 (党政机关公文格式), clause by clause."""

from __future__ import annotations

from typing import Final

# 5.2.1: A4, top margin 37 mm, left 28 mm, type area 156 mm x 225 mm.
PAGE_MM: Final = (210, 297)
MARGIN_TOP_MM: Final = 37
MARGIN_LEFT_MM: Final = 28
MARGIN_BOTTOM_MM: Final = 35
MARGIN_RIGHT_MM: Final = 26
TYPE_WIDTH_MM: Final = 156

# 5.2.3: 22 lines of 28 characters. 225 mm / 22 = 28.99 pt and 156 mm / 28 = 15.79 pt; a hair less
# keeps the 22nd line and the 28th character on the page in Word, WPS and LibreOffice alike.
LINES_A_PAGE: Final = 22
CHARACTERS_A_LINE: Final = 28
LINE_PT: Final = 28.95
CHARACTER_SPACING_PT: Final = -0.25
CHARACTER_PT: Final = 15.75

# 5.2.2 and 7.3: sizes by their Chinese names.
SIZE_2_PT: Final = 22.0  # 2号: title
SIZE_3_PT: Final = 16.0  # 3号: body and headings
SIZE_4_PT: Final = 14.0  # 4号: page number, table cells
SIZE_SMALL_PT: Final = 8.0  # verification line; not part of the standard
TABLE_LINE_PT: Final = 22.0
SIZE_SMALL_4_PT: Final = 12.0  # 小4号: cells of a compact table
COMPACT_LINE_PT: Final = 18.0
COMPACT_MARGIN_PT: Final = 3.0  # beside the text of a cell

# 7.5: the dash of the page number stands 7 mm below the type area.
PAGE_NUMBER_BELOW_MM: Final = 7

BODY_FONT: Final = "仿宋_GB2312"
TITLE_FONT: Final = "方正小标宋简体"
HEADING_FONT: Final = "黑体"
SECOND_FONT: Final = "楷体_GB2312"
NUMBER_FONT: Final = "宋体"

HEADING_FONTS: Final = {1: HEADING_FONT, 2: SECOND_FONT, 3: BODY_FONT, 4: BODY_FONT}

# The prescribed faces are not free: a machine without one is told the nearest it may have, best
# first, ending with a face anybody may install.
FONT_ALTERNATIVES: Final = {
    BODY_FONT: ("仿宋", "FangSong", "Noto Serif CJK SC"),
    TITLE_FONT: ("华文中宋", "STZhongsong", "Noto Serif CJK SC"),
    HEADING_FONT: ("SimHei", "Noto Sans CJK SC"),
    SECOND_FONT: ("楷体", "KaiTi", "Noto Serif CJK SC"),
    NUMBER_FONT: ("SimSun", "Noto Serif CJK SC"),
}
