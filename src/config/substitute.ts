/** What a reference leads to. */
export interface Referenced {
  readonly group: string
  readonly name: string
  /** As written, with references of its own. */
  readonly text: string
  /** Its value may be printed. */
  readonly public: boolean
}

export type Substituted =
  | { readonly text: string; readonly public: boolean }
  /** To be read after "expected". */
  | { readonly expected: string }

/** Finds what `[group]name` is set to, or stands for where it is not set; undefined: there is no such option. */
export type Lookup = (group: string, name: string) => Referenced | undefined

const maxDepth = 50
const maxCharacters = 65_536

// Python's string.Template with oslo.config's pattern for names. A "$" that begins none of these stays as it is.
const pattern = /\$(?:(\$)|([_a-z][._a-z0-9]*)|\{([_a-z][._a-z0-9]*)\})/gi

/**
 * Makes a function that replaces the references in a value, as oslo.config does: `$name` and `${name}` mean the option in the
 * same group, else in `[DEFAULT]`; `$group.name` and `${group.name}` the option in that group; `$$` and `\$` are a dollar
 * sign. What is referred to may hold references itself, but not to itself, even by a long way round.
 */
export function createSubstitution(lookup: Lookup): (group: string, text: string) => Substituted {
  // Without it, a chain of values that each refer twice to the next one would take for ever.
  const done = new Map<string, Substituted>()

  function find(group: string, reference: string): Referenced | undefined {
    const dot = reference.indexOf('.')
    const named = dot < 0 ? lookup(group, reference) : lookup(reference.slice(0, dot), reference.slice(dot + 1))
    return named ?? lookup('DEFAULT', reference)
  }

  /** `owner` is the option in whose text the reference stands, where that is not the text that we began with. */
  function resolve(group: string, reference: string, path: readonly string[], owner?: Referenced): Substituted {
    const found = find(group, reference)
    if (found === undefined) {
      // In a password with a dollar sign in it, what follows the sign is no name, and not to be shown.
      const what =
        owner === undefined || owner.public
          ? `$${reference} to name an option that is set`
          : `each reference in [${owner.group}]${owner.name} to name an option that is set`
      return { expected: `${what} (braces end a name: \${name}; $$ is a plain dollar sign)` }
    }
    const key = `[${found.group}]${found.name}`
    if (path.includes(key)) return { expected: `no circle of references: ${[...path, key].join(' → ')}` }
    if (path.length >= maxDepth) return { expected: `at most ${maxDepth} references in a row` }
    const known = done.get(key)
    if (known !== undefined) return known
    const result = substitute(found.group, found.text, [...path, key], found)
    // A failure depends on where the walk began, so it is not kept.
    if ('expected' in result) return result
    const guarded = { text: result.text, public: result.public && found.public }
    done.set(key, guarded)
    return guarded
  }

  function substitute(group: string, text: string, path: readonly string[], owner?: Referenced): Substituted {
    let failure: string | undefined
    let mayBePrinted = true
    let length = 0
    const replaced = text
      .replaceAll('\\$', () => '$$')
      .replaceAll(pattern, (_, dollar?: string, plain?: string, braced?: string) => {
        if (dollar !== undefined) return '$'
        if (failure !== undefined) return ''
        const result = resolve(group, plain ?? braced ?? '', path, owner)
        if ('expected' in result) {
          failure = result.expected
          return ''
        }
        mayBePrinted &&= result.public
        length += result.text.length
        if (length > maxCharacters) {
          failure = `at most ${maxCharacters} characters after substitution`
          return ''
        }
        return result.text
      })
    return failure === undefined ? { text: replaced, public: mayBePrinted } : { expected: failure }
  }

  return (group, text) => substitute(group, text, [])
}
