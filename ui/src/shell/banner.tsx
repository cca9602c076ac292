import { type Connection, connection, retryNow } from '../api/connection.ts'
import { time } from '../format.ts'
import { useStore } from '../store.ts'

/** Says when the API does not answer, and why. Always there, so that screen readers tell when it fills. */
export function Banner() {
  const state = useStore(connection)
  return (
    <div role="status" class="banner-place">
      {state.state !== 'well' && (
        <div class="banner">
          <p>{words(state)}</p>
          {state.state === 'unauthorized' ? (
            <button type="button" onClick={() => location.reload()}>
              Sign in
            </button>
          ) : (
            <button type="button" onClick={retryNow}>
              Try now
            </button>
          )}
        </div>
      )}
    </div>
  )
}

function words(state: Exclude<Connection, { state: 'well' }>): string {
  switch (state.state) {
    case 'unauthorized':
      return 'The API wants a user name and a password. What you see is from before.'
    case 'closed':
      return state.why
    case 'away':
      return `The API ${state.reached ? 'has failed' : 'does not answer'} since ${time(state.since)}. ${state.why} What you see is from before; it is tried again by itself.`
  }
}
