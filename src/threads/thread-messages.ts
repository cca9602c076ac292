export interface ThreadCall<Request> {
  id: number
  request: Request
}

/** An error keeps what tells it from others. */
export interface ThreadAnswer {
  id: number
  result?: unknown
  error?: { message: string; codes: { code?: string; errcode?: number; syscall?: string } }
}
