import { expect, it } from 'vitest'
import { templateTail } from './template-tail.ts'

it.each([
  ['{{ a }}\nboot || exit 1', '\nboot || exit 1'],
  ['{{ a }}\nboot || exit 1\n', '\nboot || exit 1'],
  ['{{ a }}\r\nboot || exit 1\r\n', '\nboot || exit 1'],
  ['{% if a %}x{% endif -%}\n\n  boot || exit 1', 'boot || exit 1'],
  ['{{ a }}\nboot now {# why #}\nand then || exit', '\nand then || exit'],
])('finds the end of what %j is made into', (source, tail) => {
  expect(templateTail(source)).toBe(tail)
})

it.each([
  ['too short to tell', '{{ a }}\n}'],
  ['nothing after the last tag', 'boot || exit 1 {{ a }}\n'],
  ['also in the middle', 'boot || exit 1\n{{ a }}\nboot || exit 1'],
  ['no tag', 'boot || exit 1'],
  ['part of another', '{% extends "base" %}{% block a %}{% endblock %}\nboot || exit 1'],
])('knows no end of a template with %s', (_reason, source) => {
  expect(templateTail(source)).toBeUndefined()
})
