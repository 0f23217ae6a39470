"""From files to a book: one module a kind of file, assembled by ``book``."""
