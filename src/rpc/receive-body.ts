import type { IncomingMessage } from 'node:http'

/** Why a body did not come in whole. */
export type BodyFailure = 'too large'

/**
 * Collects a request's body and hands it over as text; or says that it is longer than `maxBytes`, as soon as that is
 * known. Calls back once; never when the client goes away before the end.
 */
export function receiveBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: string | undefined, failure?: BodyFailure) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done(undefined, 'too large')
    return
  }
  const chunks: Buffer[] = []
  let bytes = 0
  const onData = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxBytes) {
      chunks.push(chunk)
      return
    }
    request.off('data', onData)
    request.off('end', onEnd)
    done(undefined, 'too large')
  }
  const onEnd = () => {
    const [first] = chunks
    const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes)
    done(body.toString('utf8'))
  }
  request.on('data', onData)
  request.on('end', onEnd)
}
