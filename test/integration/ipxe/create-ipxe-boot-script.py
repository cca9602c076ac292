"""Has the installed Ironic write its root script, as its conductor does at the start.

Arguments: the template for [pxe]ipxe_boot_script, [deploy]http_root, and [pxe]ipxe_fallback_script if there is one.
"""
import sys

from ironic.common import pxe_utils
from ironic.conf import CONF

template, http_root, *fallback_script = sys.argv[1:]
CONF([], project="ironic", default_config_files=[], default_config_dirs=[])
CONF.set_override("ipxe_boot_script", template, "pxe")
CONF.set_override("http_root", http_root, "deploy")
if fallback_script:
    CONF.set_override("ipxe_fallback_script", fallback_script[0], "pxe")
pxe_utils.create_ipxe_boot_script()
