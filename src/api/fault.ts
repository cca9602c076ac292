/** An error's body in the shape that Ironic's clients parse: JSON inside JSON. */
export interface Fault {
  error_message: string
}

/** The client asked for something that it can't have; the text says what. */
export function clientFault(faultstring: string): Fault {
  return { error_message: JSON.stringify({ faultstring, faultcode: 'Client', debuginfo: null }) }
}

/** Something failed here; the text must not say what. */
export function serverFault(faultstring: string): Fault {
  return { error_message: JSON.stringify({ faultstring, faultcode: 'Server', debuginfo: null }) }
}
