"""Settings of PySlowFast, in which TimeSformer and Motionformer were published, as configs of this package."""

from .conversion import Conversion, convert_yaml

__all__ = ['Conversion', 'convert_yaml']
