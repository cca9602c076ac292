/**
 * Whether a request is one that the agent on a machine makes: it says what it is, and that it is still alive. A machine
 * whose call fails is one that does not get deployed, so it goes before management.
 */
export function isAgentRequest(method: string, target: string): boolean {
  if (method === 'GET') return /^\/v1\/lookup\/?(?:\?|$)/.test(target)
  return method === 'POST' && /^\/v1\/heartbeat\/[^/?]+\/?(?:\?|$)/.test(target)
}
