import { describe, expect, it } from 'vitest'
import { VendorError } from '../../src/ops/errors.ts'
import type { Mailer, OutgoingMail } from '../../src/ports/index.ts'

/** A mail as the vendor took it, in words that every vendor has. */
export type TakenMail = {
  /** As in the header, like `Ada <ada@example.com>`. */
  from: string
  to: string[]
  replyTo: string
  subject: string
  text: string
  html: string
  /** Names as they were sent. */
  headers: Record<string, string>
  attachments: { filename: string; content: Buffer }[]
}

/** `broken`: a 500. `cut`: the connection breaks after the request was sent. */
export type MailTrouble = 'too_many' | 'bad_key' | 'bad_mail' | 'broken' | 'cut'

export type MailerUnderTest = {
  mailer: Mailer
  /** The next send is taken and answered with this id. */
  takes(providerId: string): void
  /** The next send meets this; `too_many` with 7 seconds to wait, `bad_mail` with the words `domain not verified`. */
  troubles(kind: MailTrouble): void
  taken(): TakenMail[]
}

/** What every Mailer must do. */
export function mailerContract(name: string, create: () => MailerUnderTest) {
  describe(`${name} as a mailer`, () => {
    const send = (vendor: MailerUnderTest, mail: Partial<OutgoingMail> = {}, key = 'flow-1:mail') =>
      vendor.mailer.send(outgoingMail(mail), { key })

    it('hands over every part of a mail, whatever the language', async () => {
      const vendor = create()
      vendor.takes('mail-1')
      const sent = await send(vendor, {
        from: { email: 'care@hotel.example', name: 'Größe & Co.' },
        to: { email: 'ada@example.com', name: 'Ada Ñandú' },
        subject: 'Ihre Anfrage — Zimmer für drei',
        text: 'Grüße ✓',
        html: '<p>Grüße ✓</p>',
      })
      expect(sent.providerId).toBe('mail-1')
      expect(vendor.taken()).toMatchObject([
        {
          from: 'Größe & Co. <care@hotel.example>',
          to: ['Ada Ñandú <ada@example.com>'],
          replyTo: 'reply+token@in.hotel.example',
          subject: 'Ihre Anfrage — Zimmer für drei',
          text: 'Grüße ✓',
          html: '<p>Grüße ✓</p>',
        },
      ])
    })

    it('puts the mail into the thread that it answers', async () => {
      const vendor = create()
      vendor.takes('mail-1')
      await send(vendor, { inReplyTo: '<b@x.example>', references: ['<a@x.example>', '<b@x.example>'] })
      expect(vendor.taken()[0]?.headers).toMatchObject({
        'In-Reply-To': '<b@x.example>',
        References: '<a@x.example> <b@x.example>',
      })
    })

    it('sends the headers that it is given', async () => {
      const vendor = create()
      vendor.takes('mail-1')
      await send(vendor, { headers: { 'Auto-Submitted': 'auto-generated' } })
      expect(vendor.taken()[0]?.headers).toMatchObject({ 'Auto-Submitted': 'auto-generated' })
    })

    it('attaches files byte for byte', async () => {
      const vendor = create()
      vendor.takes('mail-1')
      const content = Buffer.from([0, 255, 10, 13, 128])
      await send(vendor, { attachments: [{ filename: 'plan.pdf', contentType: 'application/pdf', content }] })
      expect(vendor.taken()[0]?.attachments).toEqual([{ filename: 'plan.pdf', content }])
    })

    it.each([
      ['a second address in a name', { to: { email: 'ada@example.com', name: 'Ada <evil@x.example>, "B"' } }],
      ['a header in a subject', { subject: 'Hello\r\nBcc: evil@x.example' }],
      [
        'a header in a header',
        { headers: { 'List-Unsubscribe': '<mailto:u@x.example>\nBcc: evil@x.example' } },
      ],
      ['a header in a message id', { inReplyTo: '<a@x.example>\r\nBcc: evil@x.example' }],
    ])('does not let %s through', async (_case, mail) => {
      const vendor = create()
      vendor.takes('mail-1')
      await send(vendor, mail)
      const [taken] = vendor.taken()
      expect(taken?.to).toHaveLength(1)
      expect(taken?.to[0]).toMatch(/^[^<>]* ?<?ada@example\.com>?$/)
      expect([taken?.subject, ...Object.values(taken?.headers ?? {})].join('')).not.toMatch(/[\r\n]/)
    })

    it.each<[MailTrouble, Partial<VendorError>]>([
      ['too_many', { code: 'vendor_rate_limited', retry: { when: 'after', ms: 7000 }, effect: 'none' }],
      ['bad_key', { code: 'vendor_auth', retry: { when: 'never' }, effect: 'none' }],
      ['bad_mail', { code: 'vendor_rejected', retry: { when: 'never' }, effect: 'none' }],
      ['broken', { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'unknown' }],
      ['cut', { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'unknown' }],
    ])('says what %s means for another attempt', async (trouble, expected) => {
      const vendor = create()
      vendor.troubles(trouble)
      const error = await send(vendor).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(VendorError)
      expect(error).toMatchObject({ vendor: vendor.mailer.name, ...expected })
    })

    it("passes on the vendor's own words about a mail that it refuses", async () => {
      const vendor = create()
      vendor.troubles('bad_mail')
      await expect(send(vendor)).rejects.toMatchObject({
        hint: expect.stringContaining('domain not verified'),
      })
    })
  })
}

/** A mail of which only what matters is given. */
export function outgoingMail(fields: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    from: { email: 'care@hotel.example', name: 'Lumen Hotels' },
    to: { email: 'ada@example.com' },
    replyTo: 'reply+token@in.hotel.example',
    subject: 'Your request',
    text: 'Hello',
    html: '<p>Hello</p>',
    ...fields,
  }
}
