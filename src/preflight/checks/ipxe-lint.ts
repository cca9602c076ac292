import { lintScript, settingsMadeBy } from '../../ipxe/lint/lint-script.ts'
import type { ScriptProblem } from '../../ipxe/lint/script-problem.ts'
import { BootringError } from '../../model/errors.ts'
import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'
import type { World } from '../world.ts'

const rootName = 'root script'

export const ipxeLint: Check = {
  name: 'ipxe-lint',
  title: 'Root script and node scripts are such as iPXE can run: commands, labels, variables, images, lengths.',
  begin(world) {
    const root = rootScript(world)
    const given = root === undefined ? new Set<string>() : settingsMadeBy(root)
    // Scripts of one template differ by UUIDs and URLs: what is wrong with them mostly does not.
    return {
      node({ files, node }) {
        return files.flatMap((file) =>
          file.name === 'boot.ipxe' && 'text' in file
            ? lintScript(file.text, given).map((problem) => ({ ...about(node), ...report(problem, file.name) }))
            : [],
        )
      },
      // One that can't be rendered is found by the check of the root script.
      end: () => (root === undefined ? [] : lintScript(root).map((problem) => report(problem, rootName))),
    }
  },
}

function rootScript(world: World): string | undefined {
  try {
    return world.rootScript()
  } catch (error) {
    if (error instanceof BootringError) return undefined
    throw error
  }
}

const report = ({ line, message, remedy, rule, severity }: ScriptProblem, file: string): Report => ({
  severity,
  file,
  line,
  message: `${rule}: ${message}`,
  remedy,
})
