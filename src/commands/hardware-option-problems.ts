import type { LoadedConfig } from '../config/load.ts'
import { type Problem, placeOf } from '../config/problem.ts'
import { hardwareProblems } from '../drivers/hardware-problems.ts'
import { enabledHardware } from './wiring/build-hardware.ts'

/** What would keep a conductor from starting with these options. */
export function hardwareOptionProblems({ config, origin }: Pick<LoadedConfig, 'config' | 'origin'>): Problem[] {
  const options = Object.keys(config.DEFAULT) as (keyof typeof config.DEFAULT)[]
  return hardwareProblems(enabledHardware(config.DEFAULT)).map(({ option: name, ...problem }) => {
    const option = options.find((one) => one === name)
    const from = option === undefined ? undefined : origin('DEFAULT', option)
    return { ...(from === undefined ? {} : placeOf(from)), group: 'DEFAULT', option: name, ...problem }
  })
}
