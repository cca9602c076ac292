/*
 * Options are data: name, type, default, unit, help. The loader, the checker, the commented sample and the reference
 * page are all made from them. A section is a plain object whose keys are oslo's option names.
 */

/** One option. `T` is the type of its parsed value. */
export interface Option<T> {
  /** How the text in the file is read. */
  readonly type: OptionType
  /** undefined: the option has none, and its value is undefined unless it is set. */
  readonly default: T
  /** One or two sentences, for the sample and the reference. */
  readonly help: string
  /** Shown in the reference, e.g. `seconds`. */
  readonly unit?: string
  /** `group/name` or `name` in the same group, as older configurations say it. */
  readonly deprecatedNames?: readonly string[]
  /** `group/name` of another option of Ironic's that counts where this one is not set. */
  readonly fallbackName?: string
  /** Never printed. */
  readonly secret?: boolean
  /** What is wrong with a value of the right type, to be read after "expected". */
  check?(value: T): string | undefined
  /** Attached: bootring has no use for it, so that whatever Ironic makes of it is right. */
  readonly standaloneOnly?: boolean
  /** Attached: what Ironic takes where that is more than `type`, and what it means to bootring. */
  readonly attached?: { readonly type: OptionType; adopt?(value: T): T }
  /** Ironic's own default, as its sample files write it: the path of a file that only Ironic brings along. */
  readonly ironicStock?: string
}

export type OptionType =
  | { kind: 'string' }
  /** One of a few words. */
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'integer'; min?: number; max?: number }
  | { kind: 'float'; min?: number; max?: number }
  /** oslo's words: true/false, yes/no, on/off, 1/0, any case. */
  | { kind: 'boolean' }
  /** Comma-separated; quotes protect commas. */
  | { kind: 'list' }
  /** Comma-separated `key:value`. */
  | { kind: 'dict' }
  /** 0 to 65535. */
  | { kind: 'port' }
  /** Absolute http(s) URL. */
  | { kind: 'url' }
  /** Path of a file or folder. */
  | { kind: 'path' }
  /** IPv4 or IPv6 address, or a host name. */
  | { kind: 'address' }
  /** Comma-separated IPv4 or IPv6 networks; a bare address is a network of one. */
  | { kind: 'cidrs' }

export type Section = Readonly<Record<string, Option<unknown>>>

/** The parsed values of a section. */
export type SectionValues<S extends Section> = { readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never }

type Rest<T> = Omit<Option<T>, 'type' | 'default' | 'help'>

export const string = (defaultValue: string, help: string, rest: Rest<string> = {}): Option<string> => ({
  type: { kind: 'string' },
  default: defaultValue,
  help,
  ...rest,
})

export const optionalString = (help: string, rest: Rest<string | undefined> = {}): Option<string | undefined> => ({
  type: { kind: 'string' },
  default: undefined,
  help,
  ...rest,
})

export const choice = <const C extends readonly string[], D extends C[number] | undefined>(
  choices: C,
  defaultValue: D,
  help: string,
  rest: Rest<C[number] | D> = {},
): Option<C[number] | D> => ({ type: { kind: 'choice', choices }, default: defaultValue, help, ...rest })

export const integer = (
  defaultValue: number,
  help: string,
  { min, max, ...rest }: Rest<number> & { min?: number; max?: number } = {},
): Option<number> => ({
  type: { kind: 'integer', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
  default: defaultValue,
  help,
  ...rest,
})

export const float = (
  defaultValue: number,
  help: string,
  { min, max, ...rest }: Rest<number> & { min?: number; max?: number } = {},
): Option<number> => ({
  type: { kind: 'float', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
  default: defaultValue,
  help,
  ...rest,
})

export const boolean = (defaultValue: boolean, help: string, rest: Rest<boolean> = {}): Option<boolean> => ({
  type: { kind: 'boolean' },
  default: defaultValue,
  help,
  ...rest,
})

export const list = (
  defaultValue: readonly string[],
  help: string,
  rest: Rest<readonly string[]> = {},
): Option<readonly string[]> => ({
  type: { kind: 'list' },
  default: defaultValue,
  help,
  ...rest,
})

export const dict = (
  defaultValue: Readonly<Record<string, string>>,
  help: string,
  rest: Rest<Readonly<Record<string, string>>> = {},
): Option<Readonly<Record<string, string>>> => ({ type: { kind: 'dict' }, default: defaultValue, help, ...rest })

export const port = (defaultValue: number, help: string, rest: Rest<number> = {}): Option<number> => ({
  type: { kind: 'port' },
  default: defaultValue,
  help,
  ...rest,
})

export const optionalUrl = (help: string, rest: Rest<string | undefined> = {}): Option<string | undefined> => ({
  type: { kind: 'url' },
  default: undefined,
  help,
  ...rest,
})

export const path = (defaultValue: string, help: string, rest: Rest<string> = {}): Option<string> => ({
  type: { kind: 'path' },
  default: defaultValue,
  help,
  ...rest,
})

export const optionalPath = (help: string, rest: Rest<string | undefined> = {}): Option<string | undefined> => ({
  type: { kind: 'path' },
  default: undefined,
  help,
  ...rest,
})

export const address = (defaultValue: string, help: string, rest: Rest<string> = {}): Option<string> => ({
  type: { kind: 'address' },
  default: defaultValue,
  help,
  ...rest,
})

export const optionalAddress = (help: string, rest: Rest<string | undefined> = {}): Option<string | undefined> => ({
  type: { kind: 'address' },
  default: undefined,
  help,
  ...rest,
})

export const cidrs = (
  defaultValue: readonly string[],
  help: string,
  rest: Rest<readonly string[]> = {},
): Option<readonly string[]> => ({
  type: { kind: 'cidrs' },
  default: defaultValue,
  help,
  ...rest,
})
