import type { Step } from '../api.ts'
import { actorName } from '../format.ts'
import { record, text } from '../narrow.ts'
import { Json } from '../parts/json.tsx'
import { Said } from '../parts/notes.tsx'
import { Part } from '../parts/part.tsx'
import { Time } from '../parts/time.tsx'

/** What a person was asked, and who answered what. */
export function AnswerPart({ step }: { step: Step }) {
  const { prompt, user_response: response } = step
  if (response === null) return null
  const { label, value, by, at } = record(response)
  const who = text(by)
  return (
    <Part title="Answer of a person">
      {prompt && <Said className="faint">{prompt.message}</Said>}
      {text(label) === null ? (
        <Json value={response} />
      ) : (
        <p>
          <strong dir="auto">{text(label)}</strong>{' '}
          {text(value) !== null && text(value) !== text(label) && <code>{text(value)}</code>}{' '}
          <span className="faint">
            {who === 'system' ? 'counts, as nobody answered' : who && `by ${actorName(who)}`}
            {typeof at === 'number' && (
              <>
                , <Time at={at} />
              </>
            )}
          </span>
        </p>
      )}
    </Part>
  )
}

/** How a decision comes about that looks at matches or asks; the hub's own judgements say it in their output. */
const DECISIONS: Record<string, string> = {
  single_match: 'one match',
  multiple_matches: 'several matches',
  no_match: 'no match',
  answered: 'answered',
}

/** What a decision was asked, and what was decided by whom. */
export function DecisionPart({ step }: { step: Step }) {
  const { ai_decision_prompt: question, ai_decision_result: result } = step
  const decided = record(result)
  const how = DECISIONS[text(decided.decision) ?? '']
  if (question === null && how === undefined) return null
  const answer = text(decided.answer) ?? text(record(decided.answer).label)
  return (
    <Part title="Decision">
      {question && <Said className="faint">{question}</Said>}
      {how && (
        <p>
          <strong>{how}</strong>
          {answer && (
            <>
              : <span dir="auto">{answer}</span>
            </>
          )}{' '}
          <span className="faint">{text(decided.by) && `by ${actorName(text(decided.by) ?? '')}`}</span>
        </p>
      )}
      {how && text(decided.why) && <Said className="faint">{text(decided.why) ?? ''}</Said>}
    </Part>
  )
}
