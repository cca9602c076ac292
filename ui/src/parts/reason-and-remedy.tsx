interface ReasonAndRemedyProps {
  code: string | null
  reason: string | null
  remedy: string | null
}

/** Why something is as it is, with its code, and what to do about it. */
export function ReasonAndRemedy({ code, reason, remedy }: ReasonAndRemedyProps) {
  return (
    <>
      {reason !== null && (
        <p>
          {reason} {code !== null && <code class="code">{code}</code>}
        </p>
      )}
      {remedy !== null && (
        <p>
          <strong>What to do: </strong>
          {remedy}
        </p>
      )}
    </>
  )
}
