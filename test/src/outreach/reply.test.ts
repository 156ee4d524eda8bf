import { describe, expect, it } from 'vitest'
import { cutReply, type MailNature, natureOfMail, OWN_HEADER } from '../../../src/outreach/index.ts'

describe('cutting a reply', () => {
  it.each([
    ['Gmail', 'Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Lumen <r@x.com> wrote:\n> Hello\n> there'],
    [
      'Gmail, wrapped',
      'Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Lumen Hotels Reservations\n<r@x.com> wrote:\n> Hi',
    ],
    ['Apple Mail, German', 'Yes.\n\nAm 02.03.2026 um 10:00 schrieb Lumen <r@x.com>:\n\n> Hallo'],
    ['French', 'Yes.\n\nLe lun. 2 mars 2026 à 10:00, Lumen <r@x.com> a écrit :\n> Bonjour'],
    ['Spanish', 'Yes.\n\nEl lun, 2 mar 2026 a las 10:00, Lumen (<r@x.com>) escribió:\n> Hola'],
    ['Portuguese', 'Yes.\n\nEm seg., 2 de mar. de 2026 às 10:00, Lumen <r@x.com> escreveu:\n> Olá'],
    ['Italian', 'Yes.\n\nIl giorno lun 2 mar 2026 alle ore 10:00 Lumen <r@x.com> ha scritto:\n> Ciao'],
    ['Dutch', 'Yes.\n\nOp ma 2 mrt 2026 om 10:00 schreef Lumen <r@x.com>:\n> Hallo'],
    [
      'Outlook',
      'Yes.\n\nFrom: Lumen <r@x.com>\nSent: Monday, 2 March 2026 10:00\nTo: Anna\nSubject: Trip\n\nHello',
    ],
    [
      'Outlook, German',
      'Yes.\n\nVon: Lumen <r@x.com>\nGesendet: Montag, 2. März 2026\nAn: Anna\nBetreff: Reise\n\nHallo',
    ],
    ['a separator', 'Yes.\n\n-----Original Message-----\nFrom: Lumen\n\nHello'],
    ['a German separator', 'Yes.\n\n-----Ursprüngliche Nachricht-----\nVon: Lumen\n\nHallo'],
    ['windows line ends', 'Yes.\r\n\r\nOn Mon, 2 Mar 2026, Lumen <r@x.com> wrote:\r\n> Hello\r\n'],
    ['a signature', 'Yes.\n\n-- \nAnna Weber\n+49 30 1234567'],
    ['a closing', 'Yes.\n\nMit freundlichen Grüßen\nAnna Weber\nTel. 030 1234567'],
    ['a phone', 'Yes.\n\nSent from my iPhone'],
  ])('leaves only the new words: %s', (_title, mail) => {
    expect(cutReply(mail).text).toBe('Yes.')
  })

  it('keeps what is written between and below the quoted lines', () => {
    const mail =
      'On Mon, 2 Mar 2026, Lumen <r@x.com> wrote:\n> Which number?\n+351 912 345 678\n> May an AI call?\nYes'
    expect(cutReply(mail).text).toBe('+351 912 345 678\nYes')
  })

  it('keeps the signature apart, for people', () => {
    expect(cutReply('Call me.\n\nBest regards\nAnna\n030 1234567').signature).toContain('030 1234567')
  })

  it('does not take a sentence for the head of a quote', () => {
    const text = 'On Monday I wrote: please call me.\nFrom: my side all is said.'
    expect(cutReply(text).text).toBe(text)
  })

  it('keeps a mail that begins with thanks', () => {
    expect(cutReply('Thanks,\nmy number is +351 912 345 678').text).toContain('+351')
  })

  it('is done with hostile mails in no time', () => {
    const hostile = [
      'On 1 ',
      'On 1 a\n',
      'Op \n 1',
      '-',
      ' ',
      'le 1',
      '<',
      'De : a\n',
      'Am x\n',
      '20 from <',
      '>\n',
    ]
    const started = performance.now()
    for (const piece of hostile) cutReply(`${piece.repeat(50_000 / piece.length)}x`)
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

describe('the nature of a mail', () => {
  const own = { addresses: ['reply@inbound.lumen.example'], messageIdDomain: 'lumen.example' }
  const nature = (
    headers: Record<string, string>,
    fields: { from?: string; subject?: string; id?: string } = {},
  ) =>
    natureOfMail(
      {
        from: { email: fields.from ?? 'anna@acme.example' },
        subject: fields.subject ?? 'Re: Trip',
        messageId: fields.id ?? '<1@acme.example>',
        headers,
      },
      own,
    ).kind

  it.each<[MailNature['kind'], string, Record<string, string>]>([
    ['human', 'nothing special', {}],
    ['human', 'Auto-Submitted: no', { 'auto-submitted': 'no' }],
    ['human', 'a return path', { 'return-path': '<anna@acme.example>' }],
    ['human', 'X-Auto-Response-Suppress: None', { 'x-auto-response-suppress': 'None' }],
    ['human', 'first-class precedence', { precedence: 'first-class' }],
    ['auto_reply', 'Auto-Submitted', { 'auto-submitted': 'Auto-Replied (vacation)' }],
    ['auto_reply', 'Auto-Submitted: auto-generated', { 'auto-submitted': 'auto-generated' }],
    ['auto_reply', 'Precedence: bulk', { precedence: 'Bulk' }],
    ['auto_reply', 'X-Auto-Response-Suppress', { 'x-auto-response-suppress': 'All' }],
    ['auto_reply', 'X-Autoreply', { 'x-autoreply': 'yes' }],
    ['auto_reply', 'a null return path', { 'return-path': '<>' }],
    [
      'auto_reply',
      'a read receipt',
      { 'content-type': 'multipart/report; report-type=disposition-notification' },
    ],
    ['bounce', 'a delivery report', { 'content-type': 'multipart/report; report-type=delivery-status' }],
    ['bounce', 'X-Failed-Recipients', { 'x-failed-recipients': 'x@y.z' }],
    ['list', 'List-Id', { 'list-id': '<friends.example>' }],
    ['own', 'our header', { [OWN_HEADER]: 'flow_1' }],
  ])('is %s with %s', (kind, _title, headers) => {
    expect(nature(headers)).toBe(kind)
  })

  it.each<[MailNature['kind'], Parameters<typeof nature>[1]]>([
    ['bounce', { from: 'MAILER-DAEMON@mx.example' }],
    ['bounce', { from: 'postmaster@mx.example' }],
    ['own', { from: 'Reply+abc.def@Inbound.Lumen.example' }],
    ['own', { id: '<7@lumen.example>' }],
    ['human', { id: '<7@notlumen.example>' }],
    ['auto_reply', { subject: 'Automatische Antwort: Reise' }],
    ['auto_reply', { subject: 'Out of Office: Trip' }],
    ['auto_reply', { subject: 'Réponse automatique : voyage' }],
    ['human', { subject: 'Your office is out of the way' }],
  ])('is %s for %j', (kind, fields) => {
    expect(nature({}, fields)).toBe(kind)
  })

  it('is a bounce when a null return path comes with the subject of one', () => {
    expect(nature({ 'return-path': '<>' }, { subject: 'Undeliverable: Trip' })).toBe('bounce')
  })
})
