import { useEffect, useState } from 'preact/hooks'
import { type ApiFailure, ask } from './ask.ts'
import { backOffMilliseconds, onRetry } from './connection.ts'

export interface Resource<T> {
  /** The newest answer; it stays while a later one fails. */
  readonly data: T | undefined
  readonly failure: ApiFailure | undefined
}

/**
 * What the API has at this path, asked again every so many seconds while somebody looks, and at once when `cause` is
 * another. Failures are retried with a back-off, and at once when the API is back. Null: nothing is asked.
 */
export function useResource<T>(path: string | null, everySeconds: number, cause = ''): Resource<T> {
  const [resource, setResource] = useState<Resource<T> & { path?: string }>({ data: undefined, failure: undefined })
  useEffect(() => {
    if (path === null) return
    const aborter = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let asking = false
    const load = async () => {
      clearTimeout(timer)
      if (asking || document.hidden) return
      asking = true
      try {
        const data = await ask<T>(path, aborter.signal)
        if (aborter.signal.aborted) return
        failures = 0
        setResource({ data, failure: undefined, path })
      } catch (error) {
        if (aborter.signal.aborted) return
        failures += 1
        const failure = error as ApiFailure
        setResource((before) => ({ data: before.path === path ? before.data : undefined, failure, path }))
      } finally {
        asking = false
      }
      if (!aborter.signal.aborted) {
        timer = setTimeout(load, failures > 0 ? backOffMilliseconds(failures) : everySeconds * 1000)
      }
    }
    const seen = () => document.hidden || load()
    const ended = onRetry(load)
    document.addEventListener('visibilitychange', seen)
    load()
    return () => {
      aborter.abort()
      clearTimeout(timer)
      ended()
      document.removeEventListener('visibilitychange', seen)
    }
  }, [path, everySeconds, cause])
  // What was asked before says nothing of what is asked now.
  return resource.path === path ? resource : { data: undefined, failure: undefined }
}
