import { accessSync, constants } from 'node:fs'
import { BootringError } from '../model/errors.ts'

/** Throws `InvalidParameter`, which names the option, where the file that it gives can't be read. */
export function checkReadable(option: string, file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : "can't be read"
    throw new BootringError('InvalidParameter', `${option} ${file}: ${why} (${code})`, { cause: error })
  }
}
