"""Serves commands that come as JSON, one a line on standard input: {"id": 1, "do": "<name>", "with": {...}}. Answers with one
JSON line each on what was standard output: {"id": 1, "result": ...} or {"id": 1, "error": "..."}.
"""
import json
import os
import sys


def serve(commands):
    """Runs until the input ends. Whatever the commands themselves print goes to standard error."""
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        answer = {'id': command['id']}
        try:
            answer['result'] = commands[command['do']](**command['with'])
        except Exception as error:
            answer['error'] = '%s: %s' % (type(error).__name__, error)
        answers.write(json.dumps(answer) + '\n')
        answers.flush()
