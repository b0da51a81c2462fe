"""Converting YAML files of PySlowFast, on which the published TimeSformer and Motionformer build, to configs."""

from .conversion import Conversion, convert_yaml

__all__ = ['Conversion', 'convert_yaml']
