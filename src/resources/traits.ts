import { invalid, shownValue } from './value-type.ts'

/** A node has at most so many: Ironic's limit. */
export const maxTraits = 50

/**
 * Custom names, and those of the namespaces that OpenStack's standard traits are in. Ironic holds the latter against the list
 * of its os-traits release; a list of our own would only refuse what a later one brings.
 */
export const traitPattern = '^(?:CUSTOM|COMPUTE|HW|MISC|OWNER|STORAGE)_[A-Z0-9_]+$'
const pattern = new RegExp(traitPattern)

/** Throws `InvalidParameter`. */
export function checkTrait(trait: unknown): string {
  if (typeof trait !== 'string' || trait.length > 255 || !pattern.test(trait))
    throw invalid(
      `Invalid trait ${shownValue(trait)}: it has to be a standard name, or CUSTOM_ followed by A-Z, 0-9 and _, of 255 characters at most.`,
    )
  return trait
}

/** Throws `InvalidParameter` for what is no list of traits, or for too many of them. */
export function checkTraits(traits: unknown): string[] {
  if (!Array.isArray(traits)) throw invalid(`Expected a list of traits: ${shownValue(traits)}`)
  const names = [...new Set(traits.map(checkTrait))]
  if (names.length > maxTraits) throw invalid(`A node has at most ${maxTraits} traits; ${names.length} were given.`)
  return names
}
