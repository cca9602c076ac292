/*
 * What keeping copies may cost. Ironic's boot files are 1 to 3 KiB.
 */

/** A larger file is not copied. */
export const maxFileBytes = 256 * 1024
/** Of all copies together, which lie in memory as well as on the disk. */
export const maxTotalBytes = 64 * 1024 * 1024
export const maxCopies = 20_000
/** Of one answer. */
export const maxListed = 1000
/** Files in the list of one other conductor, of which there may be more than are copied. */
export const maxFollowed = 5 * maxCopies
/** Files of other conductors' nodes that one conductor lists, and that are looked at again with its next answer. */
export const maxDoubted = 1000
/** Removals that are remembered; who has not heard of an older one gets the whole list. */
export const maxRemovals = 10_000
/** Calls that may wait for a change at once. */
export const maxWaiting = 256
/** As long as one may wait, in seconds. */
export const longestWaitSeconds = 20
