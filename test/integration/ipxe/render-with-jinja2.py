"""Renders a template file as Ironic does (its render_template): stdin and stdout are JSON.

In: {"template": path, "cases": [variables, ...]}. Out: [text, ...].
"""
import json
import os
import sys

import jinja2
from jinja2 import sandbox

work = json.load(sys.stdin)
folder, name = os.path.split(work["template"])
environment = sandbox.SandboxedEnvironment(
    loader=jinja2.FileSystemLoader(folder), autoescape=jinja2.select_autoescape()
)
template = environment.get_template(name)
json.dump([template.render(case, enumerate=enumerate) for case in work["cases"]], sys.stdout)
