import type { Run } from '../api.ts'
import { clockOf, count, words } from '../format.ts'
import { number, record, text, texts } from '../narrow.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { Fact } from '../parts/fact.tsx'
import { Json } from '../parts/json.tsx'
import { LinkOut } from '../parts/link-out.tsx'
import { Said } from '../parts/notes.tsx'
import { State } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'

type Call = Run['calls'][number]

/** A call: what it came to, what was said and when, and what the assistant had been told. */
export function CallCard({ run, call }: { run: Run; call: Call }) {
  const turns = run.messages
    .filter((message) => message.call_id === call.id)
    .toSorted((a, b) => (number(record(a.meta).atS) ?? 0) - (number(record(b.meta).atS) ?? 0) || a.at - b.at)
  return (
    <section className="panel call">
      <header>
        <h2>
          <span className="to-customer">→ customer</span> Call to <span className="mono">{call.phone}</span>
        </h2>
        <p>
          <State state={call.status} /> <Time at={call.created_at} />
        </p>
      </header>
      {call.held_gate && (
        <p className="run-now">
          Held by {words(call.held_gate)}
          {call.held_until !== null && (
            <>
              {' '}
              until <Deadline at={call.held_until} />
            </>
          )}
        </p>
      )}
      <dl className="facts">
        {call.outcome && <Fact name="outcome">{words(call.outcome)}</Fact>}
        <Fact name="attempts">{call.attempts}</Fact>
        {call.duration_s !== null && <Fact name="lasted">{clockOf(call.duration_s)}</Fact>}
        {call.cost_usd !== null && <Fact name="cost">${call.cost_usd.toFixed(3)}</Fact>}
        {call.ended_reason && <Fact name="ended">{words(call.ended_reason)}</Fact>}
        {call.provider_call_id && (
          <Fact name={call.provider ?? 'provider'}>
            <CopyId id={call.provider_call_id} />
          </Fact>
        )}
        {call.recording_url && (
          <Fact name="recording">
            <LinkOut href={call.recording_url}>listen</LinkOut>
          </Fact>
        )}
      </dl>
      {call.reason && <Said className="problem">{call.reason}</Said>}
      {call.summary && <Said className="summary">{call.summary}</Said>}
      <Judgement run={run} call={call} />
      <Transcript turns={turns} />
      <ContextPack pack={record(call.context_pack)} />
    </section>
  )
}

/** What the model or the rules made of it, with the words that it rests on. */
function Judgement({ run, call }: { run: Run; call: Call }) {
  const judged = (run.flow.steps ?? [])
    .map((step) => record(step.result))
    .find((result) => result.callId === call.id && text(result.class))
  if (!judged) return null
  const confidence = number(judged.confidence)
  return (
    <div className="part">
      <h3>
        Judged as {words(text(judged.class) ?? '')}
        {confidence !== null && <span className="faint"> · {Math.round(confidence * 100)} % sure</span>}
      </h3>
      {texts(judged.reasons).map((reason) => (
        <p key={reason} dir="auto">
          {reason}
        </p>
      ))}
      {texts(judged.quotes).map((quote) => (
        <blockquote key={quote} dir="auto">
          {quote}
        </blockquote>
      ))}
    </div>
  )
}

function Transcript({ turns }: { turns: Run['messages'] }) {
  if (turns.length === 0) return null
  return (
    <details open>
      <summary>Transcript, {count(turns.length, 'turn')}</summary>
      <ol className="transcript">
        {turns.map((turn) => (
          <li key={turn.id} className={turn.direction}>
            <span className="mono faint">{clockOf(number(record(turn.meta).atS) ?? 0)}</span>
            <span className="speaker">{turn.direction === 'out' ? 'AI assistant' : 'Customer'}</span>
            <span dir="auto">{turn.body}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}

function ContextPack({ pack }: { pack: Record<string, unknown> }) {
  const prompt = text(pack.systemPrompt)
  if (!prompt) return null
  return (
    <details>
      <summary>What the assistant was told ({prompt.length.toLocaleString()} characters)</summary>
      <div className="part">
        <h3>Says first</h3>
        <Said>{text(pack.firstMessage) ?? ''}</Said>
        <h3>Counts as a success</h3>
        <Said>{text(pack.successCriteria) ?? ''}</Said>
        {sectionsOf(prompt).map((section) => (
          <div key={section.name}>
            <h3>{section.name === '' ? 'Instructions' : words(section.name)}</h3>
            {section.name === '' ? <Said>{String(section.body)}</Said> : <Json value={section.body} />}
          </div>
        ))}
      </div>
    </details>
  )
}

/** The prompt by its tagged sections; what is JSON in one is parsed. */
function sectionsOf(prompt: string): { name: string; body: unknown }[] {
  const first = prompt.search(/^<\w+>$/m)
  const head = (first < 0 ? prompt : prompt.slice(0, first)).trim()
  const tagged = [...prompt.matchAll(/^<(\w+)>\n([\s\S]*?)\n<\/\1>$/gm)]
  return [
    { name: '', body: head },
    ...tagged.map(([, name = '', body = '']) => ({ name, body: parsed(body) })),
  ]
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
