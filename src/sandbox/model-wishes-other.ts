import { type Clause, type Groups, type Reader, reads, type Wish } from './model-wish.ts'

/** Questions to people, time, knowledge, the team. */
export const otherWishes: Reader[] = [
  reads(
    /^(?:search|look|suche?|finde?)\b.*\b(?:knowledge(?: base)?|wissensdatenbank|wissen)\b\s*(?:for|about|nach|zu|:)?\s*(?<query>.+)$/iu,
    ({ query = '' }, { said }) => ({ kind: 'knowledge', query: said(query) }),
  ),
  reads(/^(?:ask me|frage? mich)\b[\s,:]*(?<what>.+)$/iu, asked),
  reads(
    /^(?:get|wait for|ask for|let|hole?)\b.*?\b(?:(?<role>manager|admin)\b.*)?\b(?:approv\w*|freigabe)\b/iu,
    ({ role }) => ({ kind: 'approval', role: role === 'manager' || role === 'admin' ? role : 'agent' }),
  ),
  reads(
    /^(?:wait|pause|warte?)\s+(?:for\s+)?(?<count>\d+)\s*(?<unit>[smhdt])\p{L}*$/iu,
    ({ count, unit }) => ({
      kind: 'wait',
      for: `${count}${unit?.toLowerCase() === 't' ? 'd' : unit?.toLowerCase()}`,
    }),
  ),
  reads(
    /^(?:tell|notify|inform|let|informiere?)\s+(?:the\s+|das\s+)?team\b(?:\s+(?:know|that|about|of|dass|über))*\s*:?\s*(?<text>.+)$/iu,
    ({ text = '' }, { said }) => ({ kind: 'tell_team', text: said(text) }),
  ),
]

function asked({ what = '' }: Groups, { said }: Clause): Wish {
  const confirm =
    /^(?:whether|if|ob|to confirm(?: that)?|for (?:my |a )?(?:confirmation|ok|okay))\b[\s,:]*(?<of>.*)$/iu.exec(
      what,
    )
  if (confirm) {
    const of = said(confirm.groups?.of ?? '')
    return {
      kind: 'ask',
      ask: 'confirm',
      message: of === '' ? 'Go on?' : `Please confirm: ${of}.`,
      options: [],
    }
  }
  const choice =
    /^(?:to choose|which(?<which> [^:]*?)?|welche\p{L}*(?<welche> [^:]*?)?)\s*(?::|between|from|zwischen)\s*(?<list>.+)$/iu.exec(
      what,
    )
  if (choice) {
    const list =
      choice.groups?.list?.split(/\s*,\s*(?:or |and |oder |und )?|\s+(?:or|and|oder|und)\s+/iu) ?? []
    const message = question(`which${choice.groups?.which ?? choice.groups?.welche ?? ''}`)
    return { kind: 'ask', ask: 'choice', message, options: list.map(said).filter(Boolean) }
  }
  const thing = /^(?:for|nach)\s+(?<thing>.+)$/iu.exec(what)?.groups?.thing
  const message = thing === undefined ? question(said(what)) : `Please give ${said(thing)}.`
  return { kind: 'ask', ask: 'text', message, options: [] }
}

const question = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}?`.replace(/\?+$/, '?')
