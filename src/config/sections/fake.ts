import { type Option, string } from '../option.ts'

const delay = (type: string): Option<string> =>
  string('0', `How long each operation of the fake ${type} interface takes: a number, or min,max.`, {
    unit: 'seconds',
    standaloneOnly: true,
    check: (value) =>
      /^\s*\d+(\.\d+)?\s*(,\s*\d+(\.\d+)?\s*)?$/.test(value) ? undefined : 'a number of seconds, or two: min,max',
  })

export const fakeSection = {
  power_delay: delay('power'),
  boot_delay: delay('boot'),
  deploy_delay: delay('deploy'),
  management_delay: delay('management'),
  inspect_delay: delay('inspect'),
  rescue_delay: delay('rescue'),
}
