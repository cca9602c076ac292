/*
 * How what `bootring preflight` asks for is told from boots, of which it is to leave no trace. Only what discloses nothing
 * goes unrecorded by this, as anybody may ask like it: refusals of an address that no NIC has, and files.
 */

/** Asked for at APIs: no NIC has it. */
export const nobodysMac = '00:00:00:00:00:00'

/** What file servers are asked as. */
export const preflightUserAgent = 'bootring-preflight'
