import { isHttpUrl } from './parse-value.ts'
import { showValue } from './problem.ts'

/** What is wrong with a list of URLs, to be read after "expected". */
export function checkHttpUrls(items: readonly string[]): string | undefined {
  const wrong = items.find((item) => !isHttpUrl(item))
  return wrong === undefined ? undefined : `http:// or https:// URLs separated by commas, not ${showValue(wrong)}`
}
