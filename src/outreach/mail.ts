import type { Draft, MailKind } from './draft.ts'
import { baseLanguage } from './language.ts'

export type MailFrame = {
  /** BCP 47. */
  language: string
  company: { name: string /** Postal address, where the law wants one. */; address: string | null }
  /** Like zendesk:4711. */
  ticketRef: string
  /** One click away from no more mail; null where only a reply does it. */
  unsubscribeUrl: string | null
  /** Whether a model or a template wrote it: both are told to be automatic. */
  writtenBy: 'model' | 'template'
  /** Mails that lead to a call say so in our own words, whatever the model forgot: consent rests on it. */
  kind: MailKind
}

const MAX_SUBJECT = 150
const LEADS_TO_CALL = new Set<MailKind>(['ask_phone', 'announce_call', 'clarify_phone', 'reminder'])

/**
 * The finished mail of a draft, as text and as HTML. What the draft says is plain text to us: it is escaped,
 * and becomes neither markup nor link. The footer says who writes, why, that an AI did, and how to end it.
 */
export function composeMail(draft: Draft, frame: MailFrame): { subject: string; text: string; html: string } {
  const subject = draft.subject
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SUBJECT)
  const paragraphs = draft.paragraphs.map(cleanText).filter((paragraph) => paragraph !== '')
  const footer = footerOf(frame)
  const text = [...paragraphs, '-- ', footer.join('\n')].join('\n\n').replace('-- \n\n', '-- \n')
  const lang = escapeHtml(frame.language)
  const html = [
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a">',
    ...paragraphs.map((paragraph) => `<p dir="auto">${toHtml(paragraph)}</p>`),
    '<hr style="border:0;border-top:1px solid #ddd">',
    `<p dir="auto" style="font-size:12px;color:#666">${footer.map(toHtml).join('<br>')}</p>`,
    '</body></html>',
  ].join('\n')
  return { subject, text, html }
}

/** Text as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function toHtml(text: string): string {
  return escapeHtml(text).replaceAll('\n', '<br>')
}

/** Without control and direction characters, which can make a text read as something else. */
function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\u200c\u200d]/gu, '')
    .trim()
}

type Footer = { call: string; why: string; model: string; template: string; stop: string; link: string }

function footerOf(frame: MailFrame): string[] {
  const words = footers[baseLanguage(frame.language)] ?? footers.en
  const { name, address } = frame.company
  return [
    address ? `${name} · ${address}` : name,
    ...(LEADS_TO_CALL.has(frame.kind) ? [words.call] : []),
    words[frame.writtenBy],
    `${words.why} ${frame.ticketRef}`,
    frame.unsubscribeUrl ? `${words.stop} ${words.link} ${frame.unsubscribeUrl}` : words.stop,
  ].map(cleanText)
}

/** "STOP" as a whole reply is what `optOutWords` reads. */
const footers: Record<string, Footer> & { en: Footer } = {
  en: {
    call: 'We call only if you agree. The call is made by our AI assistant, not by a person, and is recorded.',
    model: 'This message was written by our AI assistant.',
    template: 'This message was sent automatically.',
    why: 'You receive it because of your request',
    stop: 'Reply STOP to receive no more messages from us.',
    link: 'Or unsubscribe here:',
  },
  de: {
    call: 'Wir rufen nur an, wenn Sie zustimmen. Den Anruf führt unser KI-Assistent, kein Mensch, und er wird aufgezeichnet.',
    model: 'Diese Nachricht hat unser KI-Assistent geschrieben.',
    template: 'Diese Nachricht wurde automatisch versandt.',
    why: 'Sie erhalten sie wegen Ihrer Anfrage',
    stop: 'Antworten Sie STOP, um keine Nachrichten mehr von uns zu erhalten.',
    link: 'Oder melden Sie sich hier ab:',
  },
  es: {
    call: 'Solo llamamos si usted está de acuerdo. La llamada la hace nuestro asistente de IA, no una persona, y se graba.',
    model: 'Este mensaje lo ha escrito nuestro asistente de IA.',
    template: 'Este mensaje se ha enviado automáticamente.',
    why: 'Lo recibe por su solicitud',
    stop: 'Responda STOP para no recibir más mensajes nuestros.',
    link: 'O dese de baja aquí:',
  },
  fr: {
    call: "Nous n'appelons qu'avec votre accord. L'appel est fait par notre assistant IA, et non par une personne, et il est enregistré.",
    model: 'Ce message a été écrit par notre assistant IA.',
    template: 'Ce message a été envoyé automatiquement.',
    why: 'Vous le recevez en raison de votre demande',
    stop: 'Répondez STOP pour ne plus recevoir de messages de notre part.',
    link: 'Ou désabonnez-vous ici :',
  },
  pt: {
    call: 'Só ligamos se concordar. A chamada é feita pelo nosso assistente de IA, não por uma pessoa, e é gravada.',
    model: 'Esta mensagem foi escrita pelo nosso assistente de IA.',
    template: 'Esta mensagem foi enviada automaticamente.',
    why: 'Recebe-a por causa do seu pedido',
    stop: 'Responda STOP para não receber mais mensagens nossas.',
    link: 'Ou cancele aqui:',
  },
  it: {
    call: "Chiamiamo solo se lei è d'accordo. La chiamata è fatta dal nostro assistente IA, non da una persona, e viene registrata.",
    model: 'Questo messaggio è stato scritto dal nostro assistente IA.',
    template: 'Questo messaggio è stato inviato automaticamente.',
    why: 'Lo riceve per la sua richiesta',
    stop: 'Risponda STOP per non ricevere più messaggi da noi.',
    link: 'Oppure si disiscriva qui:',
  },
}
