import type { BootFileName } from './boot-file-kind.ts'
import { beginsLikeStock, stockTemplates } from './stock-templates.ts'
import type { KnownTemplate } from './template-file.ts'

/**
 * Within one tick of the file system's clock a file may change twice and keep its time: only a file that has been quiet
 * for longer is known to be the one that was read.
 */
const clockTick = 20
/** Where the ending of a whole file is not known, it is whole when nobody has written for so long. */
const settling = 400
/** Where a file ends as those of an older release did: a newer one may be half written exactly up to there. */
const settlingOfOlder = 10_000

/**
 * For how long a boot file must have been quiet, in milliseconds, to count as whole. Ironic truncates it and writes it
 * anew, in several pieces, with any pause between them. So a file is whole when it ends as its template does; without an
 * ending to go by, when it has been left alone for a while. Infinity: something is missing for certain.
 *
 * `templates` are those of the operator that the file may have been made from; none stands for Ironic's own. `changedAt`
 * is the file's, in milliseconds since the epoch.
 */
export function quietTimeNeeded(
  text: string,
  name: BootFileName,
  templates: readonly KnownTemplate[],
  changedAt: number,
): number {
  const stock = stockTemplates[name]
  const likeStock = beginsLikeStock(text, name)
  if (likeStock && stock.ending.test(text)) return clockTick
  if (templates.some(({ tail }) => tail !== undefined && text.endsWith(tail))) return clockTick
  if (templates.length === 0 && likeStock)
    return stock.olderEnding?.test(text) ? settlingOfOlder : Number.POSITIVE_INFINITY
  const endingKnown = templates.length > 0 && templates.every(({ tail }) => tail !== undefined)
  const fromThese = templates.every((template) => template.changedAt <= changedAt)
  return endingKnown && fromThese ? Number.POSITIVE_INFINITY : settling
}
