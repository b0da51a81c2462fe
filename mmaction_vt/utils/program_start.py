"""Imported first by every program: what fails while it imports its packages ends in one sentence, too.

On a terminal it says that they are being loaded, which takes seconds.
"""

from .boundary import install, say_loading

install()
say_loading()
