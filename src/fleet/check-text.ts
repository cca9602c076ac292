import { type MacAddress, parseMac } from '../model/mac.ts'
import { nearestName } from '../model/nearest-name.ts'
import { provisionStates } from '../model/provision-states.ts'

/** What a text field must look like: its value as stored, or what is wrong with it. */
export type TextRule<T extends string = string> = (text: string) => { value: T } | { problem: string }

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** What Ironic takes for a UUID: it cares neither for hyphens nor for braces. */
const uuidLike = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i

/** Ironic's is_valid_logical_name: the unreserved characters of RFC 3986. */
const namePattern = /^[\w.~-]{1,255}$/
/** Ironic's columns hold 255 characters. */
const wordPattern = /^[a-z0-9][a-z0-9_.-]{0,254}$/i
const groupPattern = /^[a-z0-9_.-]{0,255}$/i

export const uuid: TextRule = (text) =>
  uuidPattern.test(text)
    ? { value: text.toLowerCase() }
    : { problem: `${quoted(text)} is not a UUID such as 1be26c0b-03f2-4d2e-ae87-c02d7f33c123` }

export const nodeName: TextRule = (text) => {
  if (uuidLike.test(text)) return { problem: `${quoted(text)} looks like a UUID: a name must not` }
  if (namePattern.test(text)) return { value: text }
  return { problem: `${quoted(text)} is not a name: 1 to 255 letters, digits and "-", ".", "_", "~"` }
}

/** Hardware types and interfaces. Which of them there are depends on conductors that may not even run yet. */
export const typeName: TextRule = (text) =>
  wordPattern.test(text)
    ? { value: text }
    : { problem: `${quoted(text)} is not the name of a hardware type or interface, such as fake-hardware or ipxe` }

export const conductorGroup: TextRule = (text) =>
  groupPattern.test(text)
    ? { value: text.toLowerCase() }
    : { problem: `${quoted(text)} is not a conductor group: up to 255 letters, digits and "-", "_", "."` }

export const provisionState: TextRule = (text) => {
  if (provisionStates.some((state) => state === text)) return { value: text }
  const meant = nearestName(text, provisionStates)
  const hint = meant === undefined ? `known are ${provisionStates.join(', ')}` : `did you mean ${quoted(meant)}?`
  return { problem: `${quoted(text)} is not a provision state; ${hint}` }
}

export const macAddress: TextRule<MacAddress> = (text) => {
  const value = parseMac(text)
  return value === undefined ? { problem: `${quoted(text)} is not a MAC address such as 52:54:00:12:34:56` } : { value }
}

/** For messages: short, and with nothing in it that a terminal would obey. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text).replace(/[\u007f-\u009f]/g, '?')
}
