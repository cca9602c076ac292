import type { Methods } from '../shapes.ts'
import { nodeId } from './common.ts'

const fileName = {
  type: 'string',
  pattern: '^[a-z][a-z0-9.-]{0,62}$',
  description: 'Name of the boot file, e.g. `boot.ipxe`.',
} as const
const sha256 = {
  type: 'string',
  pattern: '^[0-9a-f]{64}$',
  description: "Of the text's bytes in UTF-8, hexadecimal.",
} as const

/** Boot files, for machines and for those that keep copies. */
export const bootMethods: Methods<'get_boot_config' | 'list_boot_files' | 'get_boot_file'> = {
  get_boot_config: {
    since: '1.0',
    repeatable: true,
    description: 'Gives the text of a boot file of a node. It takes no lock and changes nothing.',
    params: {
      type: 'object',
      properties: {
        node_id: { type: 'string', maxLength: 64, description: 'Canonical UUID of the node.' },
        name: { type: 'string', maxLength: 255, description: 'Name of the boot file, e.g. `boot.ipxe`.' },
      },
      required: ['node_id', 'name'],
    },
    result: { type: 'string', description: "The file's text." },
  },
  list_boot_files: {
    since: '1.0',
    repeatable: true,
    description:
      "What has changed among the boot files that Ironic's conductor on this host has written. Where nothing has, the answer waits for the next change. Attached conductors with `[bootring]replicate` only.",
    params: {
      type: 'object',
      properties: {
        epoch: { type: 'string', maxLength: 64, description: 'As last answered; empty at first.' },
        since: { type: 'integer', minimum: 0, description: '`next` as last answered; 0 at first.' },
        wait: { type: 'number', minimum: 0, maximum: 20, description: 'How long to wait for a change, in seconds.' },
      },
      required: ['epoch', 'since', 'wait'],
    },
    result: {
      type: 'object',
      description: 'Changes in the order in which they came, 1000 at most.',
      properties: {
        epoch: { type: 'string', maxLength: 64, description: 'Another one when the conductor has been restarted.' },
        restarted: {
          type: 'boolean',
          description: 'This answer begins a list of all there is: what neither it nor its continuation names is gone.',
        },
        next: { type: 'integer', minimum: 0, description: '`since` of the next call.' },
        more: { type: 'boolean', description: 'The list goes on: call again.' },
        files: {
          type: 'array',
          maxItems: 1000,
          description: 'Files that are new or have changed.',
          items: {
            type: 'object',
            properties: {
              node_id: nodeId,
              name: fileName,
              sha256,
              size: { type: 'integer', minimum: 0, description: "Of the file's text, in bytes." },
              state_family: {
                type: 'string',
                maxLength: 16,
                description: 'What the node is going through: `clean`, `deploy`, `inspect`, `rescue` or `service`.',
              },
              written_at: {
                type: 'number',
                minimum: 0,
                description: 'When the file was written, in milliseconds since 1970 (UTC).',
              },
            },
            required: ['node_id', 'name', 'sha256', 'size', 'state_family', 'written_at'],
          },
        },
        removed: {
          type: 'array',
          maxItems: 1000,
          description: 'Files that are there no longer, or no longer of use.',
          items: {
            type: 'object',
            properties: { node_id: nodeId, name: fileName },
            required: ['node_id', 'name'],
          },
        },
      },
      required: ['epoch', 'restarted', 'next', 'more', 'files', 'removed'],
    },
  },
  get_boot_file: {
    since: '1.0',
    repeatable: true,
    description:
      'Gives the text of a file that `list_boot_files` has named, while it still is the same. Attached conductors with `[bootring]replicate` only.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, name: fileName, sha256 },
      required: ['node_id', 'name', 'sha256'],
    },
    result: { type: 'string', description: "The file's text." },
  },
}
