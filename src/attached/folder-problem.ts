import { opendir } from 'node:fs/promises'

const words: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read by the user that bootring runs as',
}

/** Why nothing can be read below a folder, to follow its name; undefined where all is well. */
export async function folderProblem(folder: string): Promise<string | undefined> {
  try {
    // Not what is in it, which may be much.
    await (await opendir(folder)).close()
    return undefined
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException
    return `${words[code] ?? message} (${code})`
  }
}
