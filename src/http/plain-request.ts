/** A request of the plainest sort: nothing in it that has to be looked at twice. */
export interface PlainRequest {
  method: 'GET' | 'POST'
  /** Begins with a slash. */
  target: string
  /** The header fields as they came, each with its line end. */
  fields: string
  /** Empty for GET. */
  body: string
  /** The client asks for the connection to end after the answer. */
  last: boolean
}

/** Longer ones are Node's. A script's request has some 150 bytes, a call of a conductor some 400. */
const maxBytes = 8192

const otherField =
  "(?!(?i:connection|content-length|expect|te|trailer|transfer-encoding|upgrade):)[!#$%&'*+.^_`|~\\dA-Za-z-]+:[\\t -~]*\\r\\n"
const anyField = `(?:${otherField}|(?i:connection: ?keep-alive)\\r\\n)`
const plainGet = new RegExp(
  `^GET (/[!-~]*) HTTP/1\\.1\\r\\n((?:${anyField})*)(?:((?i:connection: ?close)\\r\\n)((?:${otherField})*))?\\r\\n$`,
)
const plainPost = new RegExp(
  `^POST (/[!-~]*) HTTP/1\\.1\\r\\n((?:${anyField})*(?i:content-length): ?(\\d{1,6})\\r\\n(?:${anyField})*)\\r\\n`,
)

/**
 * Reads a chunk from a connection that holds one whole request of the plainest sort, and nothing else; undefined for
 * anything else, which is not to say that it is wrong: Node's own parser then has to say what it is. So whatever is rare or
 * could be read in two ways (bodies in chunks, two lengths, folded lines, pipelining, bytes above 126) is not
 * read here.
 */
export function parsePlainRequest(chunk: Buffer): PlainRequest | undefined {
  if (chunk.length > maxBytes) return undefined
  const text = chunk.toString('latin1')
  const get = plainGet.exec(text)
  if (get !== null) {
    const [, target = '', before = '', close, after = ''] = get
    return { method: 'GET', target, fields: before + after, body: '', last: close !== undefined }
  }
  const post = plainPost.exec(text)
  if (post === null) return undefined
  const [head, target = '', fields = '', length] = post
  if (chunk.length !== head.length + Number(length)) return undefined
  return { method: 'POST', target, fields, body: chunk.toString('utf8', head.length), last: false }
}
