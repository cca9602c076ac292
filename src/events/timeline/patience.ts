/*
 * How long a machine may take from one step to the next, in milliseconds: what decides which events are one boot, and from
 * when on the next step is missing.
 */

/** Silence after which a script request begins a new boot. Root scripts pause less, a reboot takes longer. */
export const newBootPauseMilliseconds = 60_000

/** Within which a file is fetched after what came before: large ramdisks over slow links. */
export const filePauseMilliseconds = 30 * 60_000

/** Within which an agent, a log line or a change of state belongs to what came before. */
export const agentPauseMilliseconds = 60 * 60_000

/** Clocks of API instances and conductors may differ by so much: a kernel may seem to come before its script. */
export const clockSkewMilliseconds = 5_000

/** Within which a request of an unknown NIC belongs to the node that the same client asks for. */
export const sameClientMilliseconds = 120_000

/** Within which a request for an address whose node was not known belongs to the node that has the address. */
export const sameMacMilliseconds = 10 * 60_000

/** From a script to its kernel: firmware asks for it at once. */
export const kernelPatienceMilliseconds = 60_000

/** From the last file to the agent's first call: a kernel starts, finds its disks and asks DHCP. */
export const callBackPatienceMilliseconds = 10 * 60_000
