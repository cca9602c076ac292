import { useEffect, useState } from 'preact/hooks'

/* As the style sheets have them. */
/** As narrow as a phone. */
export const narrow = matchMedia('(max-width: 720px)')
/** Too narrow for columns that are nice to have. */
export const medium = matchMedia('(max-width: 960px)')

/** Whether the window is like that, now and when it is changed. */
export function useMedia(media: MediaQueryList): boolean {
  const [matches, setMatches] = useState(media.matches)
  useEffect(() => {
    const changed = () => setMatches(media.matches)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [media])
  return matches
}
