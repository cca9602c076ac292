const numbers = new Intl.NumberFormat('en')
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

export function count(value: number): string {
  return numbers.format(value)
}

/** `1 node`, `12 nodes`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** With its tooltip, for those who compare it with the logs of servers. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** The time of day; with its date where that is not today. */
export function time(at: number): string {
  const date = new Date(at)
  const today = new Date().toDateString() === date.toDateString()
  return today ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`
}

/** The two largest units of a span. Clocks of hosts differ: a span that ends before it begins is none. */
export function seconds(value: number): string {
  if (value < 9.95) return `${Math.max(0, value).toFixed(1)} s`
  const whole = Math.round(value)
  if (whole < 100) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days ${hours % 24} h`
}

export function milliseconds(value: number): string {
  if (value >= 1000) return seconds(value / 1000)
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
