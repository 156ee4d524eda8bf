import { describe, expect, it } from 'vitest'
import { VendorError } from '../../src/ops/errors.ts'
import type { InboundMail } from '../../src/ports/index.ts'

/** A mail as it lies at the vendor. */
export type LyingMail = {
  from: string
  to: string[]
  subject: string
  text: string | null
  html: string | null
  headers: Record<string, string>
  /** ISO 8601. */
  receivedAt: string
}

export type InboundMailUnderTest = {
  inbound: InboundMail
  /** The next fetch finds this mail. */
  holds(providerId: string, mail: LyingMail): void
  /** The next fetch meets this. */
  troubles(providerId: string, kind: 'gone' | 'bad_key' | 'broken'): void
}

/** What every InboundMail must do. */
export function inboundMailContract(name: string, create: () => InboundMailUnderTest) {
  describe(`${name} as inbound mail`, () => {
    const fetch = (mail: Partial<LyingMail>) => {
      const vendor = create()
      vendor.holds('in-1', lyingMail(mail))
      return vendor.inbound.fetch('in-1')
    }

    it('gives a mail whole', async () => {
      const mail = await fetch({
        from: 'Ada Ñandú <ada@example.com>',
        to: ['Lumen <reply+token@in.hotel.example>'],
        subject: 'Re: Zimmer',
        text: 'Grüße ✓ +49 30 123456',
        html: '<p>Grüße ✓</p>',
        receivedAt: '2026-03-02T09:00:00.000Z',
      })
      expect(mail).toMatchObject({
        providerId: 'in-1',
        from: { email: 'ada@example.com', name: 'Ada Ñandú' },
        to: ['reply+token@in.hotel.example'],
        subject: 'Re: Zimmer',
        text: 'Grüße ✓ +49 30 123456',
        html: '<p>Grüße ✓</p>',
        receivedAt: Date.UTC(2026, 2, 2, 9),
      })
    })

    it('names headers in lower case', async () => {
      const mail = await fetch({ headers: { 'Auto-Submitted': 'auto-replied', 'X-Own': 'A' } })
      expect(mail?.headers).toMatchObject({ 'auto-submitted': 'auto-replied', 'x-own': 'A' })
    })

    it('reads which mails it answers', async () => {
      const mail = await fetch({
        headers: { 'In-Reply-To': '<b@x.example>', References: '<a@x.example>\r\n <b@x.example>' },
      })
      expect(mail).toMatchObject({
        inReplyTo: '<b@x.example>',
        references: ['<a@x.example>', '<b@x.example>'],
      })
    })

    it('answers nothing in a mail that starts a thread', async () => {
      expect(await fetch({ headers: {} })).toMatchObject({ inReplyTo: null, references: [] })
    })

    it('finds the words of a mail that came as HTML alone', async () => {
      const mail = await fetch({
        text: null,
        html: '<style>p{}</style><p>Call me:<br>+49&nbsp;30 &amp; later</p>',
      })
      expect(mail?.text).toBe('Call me:\n+49 30 & later')
    })

    it('knows no mail that the vendor does not have', async () => {
      const vendor = create()
      vendor.troubles('in-9', 'gone')
      expect(await vendor.inbound.fetch('in-9')).toBeUndefined()
    })

    it.each([
      ['bad_key', { code: 'vendor_auth', retry: { when: 'never' } }],
      ['broken', { code: 'vendor_unavailable', retry: { when: 'backoff' } }],
    ] as const)('says what %s means for another attempt, with nothing done', async (trouble, expected) => {
      const vendor = create()
      vendor.troubles('in-1', trouble)
      const error = await vendor.inbound.fetch('in-1').catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(VendorError)
      expect(error).toMatchObject({ ...expected, effect: 'none' })
    })
  })
}

function lyingMail(fields: Partial<LyingMail>): LyingMail {
  return {
    from: 'ada@example.com',
    to: ['reply+token@in.hotel.example'],
    subject: 'Hello',
    text: 'Hello',
    html: null,
    headers: {},
    receivedAt: '2026-03-02T09:00:00.000Z',
    ...fields,
  }
}
