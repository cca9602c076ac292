import { type Option, string } from '../option.ts'

const delay = (type: string): Option<string> =>
  string('0', `How long each operation of the fake ${type} interface takes: a number, or min,max.`, {
    unit: 'seconds',
    standaloneOnly: true,
    check: (value) => {
      if (!/^\s*\d+(\.\d+)?\s*(,\s*\d+(\.\d+)?\s*)?$/.test(value)) return 'a number of seconds, or two: min,max'
      const [least = 0, most = least] = value.split(',').map(Number)
      return least <= most && most <= 86_400 ? undefined : 'min not above max, and a day at most'
    },
  })

export const fakeSection = {
  power_delay: delay('power'),
  boot_delay: delay('boot'),
  deploy_delay: delay('deploy'),
  management_delay: delay('management'),
  inspect_delay: delay('inspect'),
  rescue_delay: delay('rescue'),
}
