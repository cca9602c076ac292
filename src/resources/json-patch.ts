import { applyPatch as applyToDocument, type Operation } from 'rfc6902'
import { BootringError } from '../model/errors.ts'
import type { JsonObject } from '../model/node.ts'
import { checkJson, isForbiddenName, isJsonObject } from './json-value.ts'
import { invalid, shownValue } from './value-type.ts'

/** What Ironic takes of RFC 6902: no `move`, `copy` or `test`. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

const maxOperations = 1000
const maxPathLength = 1024

/** Reads a JSON Patch, whatever was sent in its place. Throws `InvalidParameter`. */
export function readPatch(body: unknown): PatchOperation[] {
  if (!Array.isArray(body)) throw invalid('Schema error for patch: it has to be a list of operations.')
  if (body.length > maxOperations)
    throw invalid(`Schema error for patch: it has ${body.length} operations; ${maxOperations} at most are allowed.`)
  return body.map(readOperation)
}

function readOperation(operation: unknown): PatchOperation {
  const wrong = (what: string) => invalid(`Schema error for patch: ${what}`)
  if (!isJsonObject(operation)) throw wrong(`${shownValue(operation)} is no operation.`)
  const { op, path } = operation
  const stranger = Object.keys(operation).find((name) => !['op', 'path', 'value'].includes(name))
  if (stranger !== undefined) throw wrong(`an operation has no "${stranger}"; it has op, path and value.`)
  if (op !== 'add' && op !== 'replace' && op !== 'remove')
    throw wrong(`${shownValue(op)} is no operation; add, replace and remove are.`)
  if (typeof path !== 'string' || !/^(?:\/(?:[^~/\0]|~[01])+)+$/.test(path) || path.length > maxPathLength)
    throw wrong(`${shownValue(path)} is no path; "/extra/rack" would be one.`)
  if (pathNames(path).some(isForbiddenName)) throw wrong(`nothing can be at ${shownValue(path)}.`)
  if (op === 'remove') return { op, path }
  if (!Object.hasOwn(operation, 'value')) throw wrong(`${op} ${path} needs a value.`)
  checkJson(operation.value, path)
  return { op, path, value: operation.value }
}

/** The names along a path (RFC 6901). */
function pathNames(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The field that an operation is about. */
export const patchedField = ({ path }: PatchOperation): string => pathNames(path)[0] as string

/** The document as it is after all operations; the one given is left as it is. Throws `PatchFailed`. */
export function applyPatch(document: JsonObject, patch: readonly PatchOperation[]): JsonObject {
  const patched = structuredClone(document)
  for (const operation of patch) {
    // The library sets whatever a path leads to, prototypes and functions among it: it is only given paths that exist.
    const reason = obstacle(patched, operation) ?? applied(patched, operation)
    if (reason !== undefined) {
      const { op, path } = operation
      throw new BootringError('PatchFailed', `Couldn't apply patch '${op} ${path}'. Reason: ${reason}`)
    }
  }
  return patched
}

function applied(document: JsonObject, operation: Operation): string | undefined {
  return applyToDocument(document, [operation])[0]?.message
}

function obstacle(document: JsonObject, { op, path }: PatchOperation): string | undefined {
  const names = pathNames(path)
  const last = names.pop() as string
  let parent: unknown = document
  for (const name of names) {
    if (!holds(parent, name)) return `there is no '${name}' to go through`
    parent = (parent as JsonObject)[name]
  }
  if (op !== 'add') return holds(parent, last) ? undefined : `there is no '${last}' to ${op}`
  if (Array.isArray(parent))
    return last === '-' || isIndex(last, parent.length) ? undefined : `'${last}' is no index there`
  return isJsonObject(parent) ? undefined : `'${names.at(-1)}' holds nothing else`
}

function holds(parent: unknown, name: string): boolean {
  if (Array.isArray(parent)) return isIndex(name, parent.length - 1)
  return isJsonObject(parent) && Object.hasOwn(parent, name)
}

const isIndex = (name: string, largest: number) => /^(?:0|[1-9]\d{0,8})$/.test(name) && Number(name) <= largest
