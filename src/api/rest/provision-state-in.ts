/** A provision state as clients of a version know it. */
export function provisionStateIn(state: string | null, microversion: number): string | null {
  const current = state ?? 'available'
  if (microversion < 2 && current === 'available') return null
  if (microversion < 39 && current === 'inspect wait') return 'inspecting'
  return current
}
