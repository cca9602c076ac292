import type { FastifyError } from 'fastify'
import { BootringError, type ErrorCode } from '../../model/errors.ts'
import { clientFault, type Fault, serverFault } from '../fault.ts'

/** How a failure is told to a management client. */
export interface RestAnswer {
  status: number
  fault: Fault
  /** Nobody expected it: it goes to the log with its cause. */
  unexpected: boolean
}

/** Their messages are for the operator of this host: they name databases, files and options. */
const hidden: Partial<Record<ErrorCode, string>> = {
  DatabaseUnavailable: 'The database does not answer at present; try again later.',
  SchemaOutdated: 'The database is not ready at present; try again later.',
  NotIronicsDatabase: 'The database is not ready at present; try again later.',
  ConfigInvalid: 'The service is not configured as it must be.',
  BootConfigUnavailable: 'A conductor failed in what it did not expect; see its log.',
}

/** The one mapper of failures to answers of the REST API. What is not known is masked. */
export function restAnswer(error: unknown): RestAnswer {
  if (error instanceof BootringError) {
    const { httpStatus, restStatus = httpStatus } = error.kind
    const text = hidden[error.code] ?? error.message
    return answer(restStatus, text, error.code === 'BootConfigUnavailable' || error.code === 'ConfigInvalid')
  }
  const { message, statusCode = 500 } = error as Partial<FastifyError>
  if (statusCode >= 400 && statusCode < 500) return answer(statusCode, message ?? '')
  return answer(500, 'Internal server error.', true)
}

function answer(status: number, text: string, unexpected = false): RestAnswer {
  return { status, fault: status < 500 ? clientFault(text) : serverFault(text), unexpected }
}
