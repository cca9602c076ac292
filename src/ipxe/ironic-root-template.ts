import { type RootScriptOptions, renderRootScript } from './root-script.ts'

/** Stands for the fallback script while our own template is rendered. Nothing else in a script looks like it. */
const placeholder = 'http://fallback-script.bootring.invalid/'

/** As `safeUrl` writes a URL, in Jinja2. */
const fallback = "{{ ipxe_fallback_script | trim | replace(' ', '%20') }}"

/**
 * A Jinja2 template for Ironic's own `[pxe]ipxe_boot_script`, from which Ironic makes our root script: byte for byte what
 * `renderRootScript` makes of the same options. `[pxe]ipxe_fallback_script` is left for Ironic to fill in; all else is in it already.
 */
export function renderIronicRootTemplate(options: Omit<RootScriptOptions, 'fallbackScript' | 'templateFile'>): string {
  const without = lines(renderRootScript(options))
  const having = lines(renderRootScript({ ...options, fallbackScript: placeholder }))
  const start = having.findIndex((line, index) => line !== without[index])
  const end = start + having.length - without.length
  return [
    "{# bootring's root script, for Ironic's [pxe]ipxe_boot_script. Keep the name boot.ipxe: Ironic gives it to the file that it writes. -#}",
    ...having.slice(0, start).map(literally),
    '{% if ipxe_fallback_script -%}',
    ...having.slice(start, end).map((line) => literally(line).replaceAll(placeholder, fallback)),
    '{% endif -%}',
    ...having.slice(end).map(literally),
    // Jinja2 drops one newline at the end.
    '',
  ].join('\n')
}

const lines = (text: string): string[] => text.split('\n')

/** A URL may hold what Jinja2 would take for its own. */
const literally = (line: string): string => line.replaceAll(/\{[{%#]/g, (begin) => `{{ '${begin}' }}`)
