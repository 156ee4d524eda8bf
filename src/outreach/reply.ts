import EmailReplyParser from 'email-reply-parser'

/** Longer mails are cut before anything looks at them: the patterns below see customer text. */
const MAX_CHARS = 20_000
const MAX_LINE_CHARS = 2_000
const MAX_WRAPPED_LINES = 3

/** "On … wrote:" in the languages mail programs speak. A date must stand in it, or a sentence would do. */
const WROTE =
  /^[\s>*-]*(?:On|Am|Le|El|Il|In data|Em|Op|Den|Dnia|W dniu|pe)\s[^\n]{0,300}?\d[^\n]{0,300}?(?:wrote|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|napisał|pisze|kirjoitti)[^\n]{0,200}:\s*-*\s*$/iu
const NAMED_WROTE =
  /^[^\n]{0,200}<[^\s<>]+@[^\s<>]+>\s*(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu)\s*:\s*$/iu
const SEPARATOR =
  /^\s*-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|message d'origine|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht)\s*-{2,}\s*$/iu
const HEADER_FROM = /^[\s>*]*(?:From|Von|De|Da|Van|Från|Fra)\s?:\*?\s.{0,200}$/iu
const HEADER_SENT =
  /^[\s>*]*(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el| em)?|Fecha|Data|Inviato|Verzonden)\s?:/iu

const SIGNATURE_LINE = /^\s*(?:--|—|_{2,}|={3,})\s*$/u
const CLOSING =
  /^\s*(?:(?:best|kind|warm|many|with) (?:regards|wishes)|regards|sincerely(?: yours)?|yours (?:sincerely|truly)|mit freundlichen grüßen|freundliche grüße|mit besten grüßen|(?:viele|liebe|beste|schöne|herzliche) grüße|mfg|vg|lg|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|(?:bien )?cordialement|bien à vous|salutations|atenciosamente|(?:com os )?(?:melhores )?cumprimentos|abraços|cordiali saluti|distinti saluti)\s*[,.!]?\s*$/iu
const SENT_FROM =
  /^\s*(?:sent from my |get outlook for |von meinem .{1,40} gesendet|gesendet (?:von|mit) |enviado desde |enviado d[eo] meu |envoyé de mon |envoyé depuis |inviato da(?:l mio)? )/iu

export type CutReply = {
  /** What the customer wrote this time. */
  text: string
  /** Kept for people; nothing is read out of it. */
  signature: string
}

/** The new words of a reply: without the quoted mail and without the signature. */
export function cutReply(mail: string): CutReply {
  const lines = mail
    .slice(0, MAX_CHARS)
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.slice(0, MAX_LINE_CHARS))
  const body = withoutQuotes(lines)
  const { kept, signature } = splitSignature(body)
  const own = kept.join('\n').trim()
  const parsed = withLibrary(own)
  return { text: parsed === '' ? own : parsed, signature: signature.join('\n').trim() }
}

function withoutQuotes(lines: string[]): string[] {
  const start = quoteStart(lines)
  const above = lines.slice(0, start.from).filter((line) => !isQuoted(line))
  if (above.some((line) => line.trim() !== '') || start.to > lines.length) return above
  // Answered below, or between the quoted lines.
  return lines.slice(start.to).filter((line) => !isQuoted(line))
}

/** Where the head of the quoted mail begins and ends; both past the end when there is none. */
function quoteStart(lines: string[]): { from: number; to: number } {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (SEPARATOR.test(line)) return { from: at, to: at + 1 }
    if (HEADER_FROM.test(line) && lines.slice(at + 1, at + 5).some((next) => HEADER_SENT.test(next)))
      return { from: at, to: at + 5 }
    if (NAMED_WROTE.test(line)) return { from: at, to: at + 1 }
    const span = wroteSpan(lines.slice(at, at + MAX_WRAPPED_LINES))
    if (span > 0) return { from: at, to: at + span }
  }
  return { from: lines.length, to: lines.length + 1 }
}

/** How many lines "On … wrote:" takes, wrapped as mail programs do; 0 when these lines do not begin with one. */
function wroteSpan(lines: string[]): number {
  for (let span = 1; span <= lines.length; span += 1) {
    const next = lines[span - 1] ?? ''
    if (next.trim() === '' || (span > 1 && WROTE.test(next))) return 0
    if (WROTE.test(lines.slice(0, span).join(' '))) return span
  }
  return 0
}

function isQuoted(line: string): boolean {
  return /^\s*>/.test(line)
}

function splitSignature(lines: string[]): { kept: string[]; signature: string[] } {
  const written = lines.findIndex((line) => line.trim() !== '')
  for (let at = written + 1; at > 0 && at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (SIGNATURE_LINE.test(line) || SENT_FROM.test(line) || CLOSING.test(line))
      return { kept: lines.slice(0, at), signature: lines.slice(at) }
  }
  return { kept: lines, signature: [] }
}

/** Knows more mail programs than the rules above; its patterns are slow on long text, so it sees a bounded part. */
function withLibrary(text: string): string {
  const bounded = text.slice(0, 6_000)
  return `${new EmailReplyParser().parseReply(bounded)}${text.slice(6_000)}`.trim()
}
