/** What is said of a step besides its name. */
export type TraceAttributes = Readonly<Record<string, string | number | boolean | undefined>>

/** One step of a request that is traced; of all others there is none. */
export interface TraceSpan {
  readonly traceId: string
  /** W3C's header field, for whoever is called. */
  readonly traceparent: string
  /** `call`: another process is asked. */
  child(name: string, attributes?: TraceAttributes, kind?: 'call'): TraceSpan
  set(attributes: TraceAttributes): void
  /** Ends it; with what failed, where something did. */
  end(failure?: string): void
}

/** Begins traces of requests, and knows those under way by their request ids. */
export interface RequestTracer {
  /**
   * undefined where this request is not traced. With a `traceparent` of whoever asks it belongs to that trace, else to one of
   * its own. Known from now on, until its span ends.
   */
  begin(requestId: string, name: string, attributes?: TraceAttributes, traceparent?: string): TraceSpan | undefined
  of(requestId: string): TraceSpan | undefined
}

/** Does the work as a step of its own, where the request is traced. */
export async function traced<T>(
  parent: TraceSpan | undefined,
  name: string,
  work: (span: TraceSpan | undefined) => Promise<T> | T,
): Promise<T> {
  if (parent === undefined) return await work(undefined)
  const span = parent.child(name)
  try {
    const result = await work(span)
    span.end()
    return result
  } catch (error) {
    span.end(failureOf(error))
    throw error
  }
}

/** Codes of the error table; other failures have no name that says anything. */
export function failureOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error'
}
