import { about, type Check } from '../check.ts'
import type { Report } from '../finding.ts'

export const bootFiles: Check = {
  name: 'boot-files',
  title: 'Each node has a boot file in the state in which it boots, or will boot next.',
  begin: () => ({
    node({ bootsNow, files, node }) {
      const reports = files.flatMap((file): Report[] =>
        'error' in file
          ? [
              {
                ...about(node),
                // A node that is only being enrolled may lack what it will have by then.
                severity: bootsNow ? 'error' : 'warning',
                file: file.name,
                message: file.error.message.replaceAll(`node ${node.uuid}`, 'the node'),
                remedy: file.error.remedy,
              },
            ]
          : [],
      )
      // What a node lacks is the same for all loaders.
      return reports.filter(({ message }, index) => reports.findIndex((other) => other.message === message) === index)
    },
  }),
}
