/** The value of an option of the command line. Throws with one sentence where it is no whole number, or out of bounds. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new Error(`--${option}: expected a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`)
  }
  return value
}
