"""Pages of the programmes: the list with lights, and one programme in full."""

from mingbai.delivery.views.pages import programme_list, programme_page

__all__ = ["programme_list", "programme_page"]
