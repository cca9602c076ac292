import type { Section, SectionValues } from './option.ts'
import { apiSection } from './sections/api.ts'
import { bootringSection } from './sections/bootring.ts'
import { conductorSection } from './sections/conductor.ts'
import { databaseSection } from './sections/database.ts'
import { defaultSection } from './sections/default.ts'
import { deploySection } from './sections/deploy.ts'
import { fakeSection } from './sections/fake.ts'
import { jsonRpcSection } from './sections/json-rpc.ts'
import { pxeSection } from './sections/pxe.ts'

/** Every group that bootring reads, under its name in the INI file. Other groups are Ironic's own business. */
export const sections = {
  DEFAULT: defaultSection,
  api: apiSection,
  bootring: bootringSection,
  conductor: conductorSection,
  database: databaseSection,
  deploy: deploySection,
  fake: fakeSection,
  json_rpc: jsonRpcSection,
  pxe: pxeSection,
} as const satisfies Record<string, Section>

export type GroupName = keyof typeof sections

/** All parsed values: `config.api.port`. Frozen. */
export type Config = { readonly [G in GroupName]: SectionValues<(typeof sections)[G]> }
