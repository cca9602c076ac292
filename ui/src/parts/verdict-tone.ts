import type { BootVerdict } from '../../../src/model/boots.ts'
import type { Tone } from './mark.tsx'

const tones: Readonly<Record<BootVerdict, Tone>> = {
  booted: 'ok',
  'under way': 'busy',
  'script served': 'ok',
  'fallback served': 'warn',
  'own script never asked for': 'warn',
  'script fetched, kernel never': 'warn',
  'booted, never called back': 'warn',
  'file missing': 'bad',
  'download broken off': 'bad',
  'unknown address': 'idle',
  'state does not allow': 'idle',
  'no conductor': 'bad',
  'script broken': 'bad',
  'told to wait': 'wait',
  refused: 'bad',
}

export function verdictTone(verdict: BootVerdict): Tone {
  return tones[verdict] ?? 'warn'
}
