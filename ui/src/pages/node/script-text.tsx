import { useState } from 'preact/hooks'

/** A boot script, line by line. It is text, whatever stands in it. */
export function ScriptText({ text, name }: { text: string; name: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      // Without TLS browsers give no clipboard to pages; the text can be marked by hand.
    }
  }
  return (
    <div class="script">
      {window.isSecureContext && (
        <button type="button" class="copy" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that it must be reachable by the keyboard */}
      <section class="script-text" tabIndex={0} aria-label={name}>
        <pre>
          <code>
            {text
              .replace(/\n$/, '')
              .split('\n')
              .map((line, index) => (
                <Line key={`${index} ${line}`} line={line} />
              ))}
          </code>
        </pre>
      </section>
    </div>
  )
}

function Line({ line }: { line: string }) {
  const kind = line.startsWith('#') ? 'comment' : line.startsWith(':') ? 'label' : undefined
  const [, space = '', word = '', rest = ''] = /^(\s*)(\S*)(.*)$/s.exec(line) ?? []
  return (
    <span class="line">
      {kind === undefined ? (
        <>
          {space}
          <span class="word">{word}</span>
          {rest}
        </>
      ) : (
        <span class={kind}>{line}</span>
      )}
      {'\n'}
    </span>
  )
}
