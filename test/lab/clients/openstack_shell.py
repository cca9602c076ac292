"""Runs commands of the real command line client, `openstack`, one after the other in one process: by itself each of them
takes two seconds. Every command has a shell of its own, as if it were a process of its own.
"""
import contextlib
import io
import logging
import sys

from openstackclient import shell

import line_server


def run(argv):
    """Exit code, standard output and standard error of `openstack` with these arguments."""
    stdout, stderr = io.StringIO(), io.StringIO()
    root = logging.getLogger('')
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = shell.OpenStackShell().run(argv)
        except SystemExit as end:
            # A wrong argument.
            code = end.code
    for handler in list(root.handlers):
        root.removeHandler(handler)
    return {'code': code, 'stdout': stdout.getvalue(), 'stderr': stderr.getvalue()}


line_server.serve({'run': run})
