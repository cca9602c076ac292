/**
 * Whether a request is one that the agent on a machine makes: it says what it is, that it is still alive, and what it has
 * found. A machine whose call fails is one that does not get deployed, so it goes before management.
 */
export function isAgentRequest(method: string, target: string): boolean {
  if (method === 'GET') return /^\/v1\/lookup\/?(?:\?|$)/.test(target)
  return method === 'POST' && /^\/v1\/(?:heartbeat\/[^/?]+|continue_inspection)\/?(?:\?|$)/.test(target)
}
