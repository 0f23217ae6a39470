"""Photos drawn anew for showing: upright, no larger than a page needs, nothing but the picture.

What was sent is kept as it is elsewhere; what is drawn here is decoded and written again, so that
nothing hidden in the original's bytes survives.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from mingbai.paper.photos import CannotReadPhoto, Photo, strip_photo

#: More points than any phone in use makes; a small file that unfolds into more is no photo.
MOST_PIXELS: Final = 80_000_000
#: The longer edge of what pages show, in points: enough for an A4 page at 150 dots an inch.
SHOWN_EDGE: Final = 1600
_QUALITY: Final = 82
_FORMATS: Final = ("JPEG", "PNG")
# The library's own limit warns before it refuses; ours refuses, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def draw_picture(content: bytes, *, edge: int = SHOWN_EDGE) -> Photo:
    """Decode a JPEG or PNG, turn it upright, bound its longer edge, and write it anew.

    The same photo gives the same picture. A picture smaller than ``edge`` keeps its size. Errors:
    ``CannotReadPhoto`` for what is no photo, is cut short, or would unfold beyond ``MOST_PIXELS``.
    """
    stripped = strip_photo(content)
    try:
        with Image.open(io.BytesIO(stripped.content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise CannotReadPhoto(
                    f"照片有 {width}×{height} 个像素，超出常用手机的尺寸。"
                    "请用手机相机的普通模式重拍。"
                )
            # A JPEG can be decoded at a half, a quarter or an eighth at a fraction of the cost.
            image.draft("RGB", (edge, edge))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((edge, edge), Image.Resampling.LANCZOS)
            return _written(upright, stripped.kind)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise CannotReadPhoto("照片打不开，可能没有传完或已损坏。请重新拍摄或重新上传。") from error


def _written(image: Image.Image, kind: str) -> Photo:
    """As JPEG, or as PNG where it came as one; in colours that browsers and printers know."""
    sink = io.BytesIO()
    if kind == "png":
        mode = "RGBA" if image.has_transparency_data else "RGB"
        image.convert(mode).save(sink, "PNG", optimize=False)
        return Photo(sink.getvalue(), "png")
    image.convert("RGB").save(sink, "JPEG", quality=_QUALITY, progressive=True)
    return Photo(sink.getvalue(), "jpg")
