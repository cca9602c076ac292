import { defineConfig } from 'vitest/config'

/** Tests that need the machine for themselves: they load it on purpose, or install and start what there is only one of. */
const alone = [
  'test/e2e/storm.test.ts',
  'test/integration/overload.test.ts',
  'test/integration/package.test.ts',
  'test/integration/packaging/*.test.ts',
]

/**
 * Tests that talk to firmware, databases and whole clusters over time are tried once more where they fail: a machine that
 * is shared may stall for seconds. tools/test.ts names each that passed only then. Tests whose input is random are not:
 * the second attempt would have another one.
 */
const retry = 1

export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary-files.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/storm/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          retry,
          include: ['test/integration/**/*.test.ts'],
          exclude: alone,
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // They wait for most of their time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          retry,
          include: ['test/e2e/**/*.test.ts'],
          exclude: alone,
          testTimeout: 180_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'alone',
          retry,
          include: alone,
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
