import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { LogBudget } from './log-budget.ts'
import type { Logger } from './logger.ts'
import type { RequestTracer, TraceAttributes, TraceSpan } from './trace.ts'

/*
 * The only place that imports OpenTelemetry, and itself imported only when traces are wanted: it takes a good part of the
 * time in which a process should be up.
 */

export interface OpenTelemetryOptions {
  /** Where spans are sent, by OTLP over HTTP, as JSON. */
  url: string
  /** Of requests that no trace brings with it; 0 to 1. */
  sampleRatio: number
  /** `bootring-api` and the like. */
  serviceName: string
  version: string
  host: string
  logger: Logger
}

/** A tracer whose spans are sent. */
export interface OpenTelemetry extends RequestTracer {
  /** Sends what is left, but waits only so long. */
  close(): Promise<void>
}

/** What waits for a collector that is slow or gone; what is more is dropped, and a line of the log says so. */
const limits = { maxQueueSize: 4096, maxExportBatchSize: 512, scheduledDelayMillis: 1000, exportTimeoutMillis: 6000 }
const sendTimeoutMilliseconds = 3000
const closeMilliseconds = 3000
const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

export function openTelemetry(options: OpenTelemetryOptions): OpenTelemetry {
  tellLog(options.logger)
  const exporter = new OTLPTraceExporter({
    url: options.url,
    timeoutMillis: sendTimeoutMilliseconds,
    concurrencyLimit: limits.maxQueueSize / limits.maxExportBatchSize,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.version,
      'host.name': options.host,
      'process.pid': process.pid,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...limits })],
  })
  const tracer = provider.getTracer('bootring', options.version)
  const underWay = new Map<string, TraceSpan>()

  return {
    begin(requestId, name, attributes = {}, traceparent) {
      const parent = remoteParent(traceparent)
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
      if (!span.isRecording()) return undefined
      span.setAttribute('bootring.request_id', requestId)
      const begun = new OpenSpan(tracer, span, parent, () => underWay.delete(requestId))
      underWay.set(requestId, begun)
      return begun
    },
    of: (requestId) => underWay.get(requestId),
    async close() {
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMilliseconds)
      })
      await Promise.race([provider.shutdown().catch(() => undefined), patience])
      clearTimeout(timer)
    },
  }
}

class OpenSpan implements TraceSpan {
  readonly #tracer: Tracer
  readonly #span: Span
  readonly #context: Context
  readonly #onEnd: (() => void) | undefined

  constructor(tracer: Tracer, span: Span, parent: Context, onEnd?: () => void) {
    this.#tracer = tracer
    this.#span = span
    this.#context = trace.setSpan(parent, span)
    this.#onEnd = onEnd
  }

  get traceId(): string {
    return this.#span.spanContext().traceId
  }

  get traceparent(): string {
    const { spanId, traceFlags, traceId } = this.#span.spanContext()
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
  }

  child(name: string, attributes: TraceAttributes = {}, kind?: 'call'): TraceSpan {
    const spanKind = kind === 'call' ? SpanKind.CLIENT : SpanKind.INTERNAL
    const span = this.#tracer.startSpan(name, { kind: spanKind, attributes }, this.#context)
    return new OpenSpan(this.#tracer, span, this.#context)
  }

  set(attributes: TraceAttributes): void {
    this.#span.setAttributes(attributes)
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure)
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure })
    }
    this.#span.end()
    this.#onEnd?.()
  }
}

/** The context of whoever asks; the root's where there is none, or none that can be read. */
function remoteParent(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = traceparentPattern.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

/** A collector that is away fails once a second: one line a minute will do. */
function tellLog(logger: Logger): void {
  const budget = new LogBudget(1 / 60, 2)
  const warn = (message: string) => {
    const suppressed = budget.take()
    if (suppressed !== undefined) logger.warn({ reason: message.slice(0, 500), suppressed }, 'traces could not be sent')
  }
  const quiet = () => undefined
  diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN)
}
