import { expect, it } from 'vitest'
import { labImages } from '../lab/lab-images.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { bootring } from '../support/bootring-process.ts'

describeInLab('bootring demo', () => {
  it('shows every node its script, before and after a kill, and boots a machine', async () => {
    const { code, stdout } = await bootring(['demo', '--vm-kernel', labImages.kernel, '--vm-initrd', labImages.ramdisk])
    expect(stdout).toContain('Ask both APIs for the script of each of the 20 nodes')
    expect(stdout).toMatch(/SIGKILL 127\.0\.0\.1:\d+, the owner of \d+ nodes; they still get their scripts/)
    expect(stdout).toMatch(/Linux reported back after .* mac=52:54:00:/)
    expect(stdout).not.toContain('FAILED')
    expect(stdout).toContain('All as it should be')
    expect(code).toBe(0)
  })
})
