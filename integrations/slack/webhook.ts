import { never, VendorError } from '../../src/ops/errors.ts'
import type { ChatSurface } from '../../src/ports/index.ts'
import { fromStatus, limited, unanswered } from './client.ts'
import { renderSlack } from './render.ts'

const TIMEOUT_MS = 15_000

/**
 * Slack through an incoming webhook alone. It posts to the one channel chosen when it was made and answers `ok`
 * without the message's id, so nothing can be edited, threaded or found; a lost answer leaves the effect unknown.
 * Refusals are an HTTP status and a word (api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks).
 */
export function createSlackWebhook(options: { url: string; channel?: string | undefined }): ChatSurface {
  const defaultChannel = options.channel ?? 'webhook'
  return {
    name: 'slack',
    defaultChannel,
    can: { edit: false, find: false },

    async post(view) {
      const response = await fetch(options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...renderSlack(view), unfurl_links: false, unfurl_media: false }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw unanswered('write', error)
      })
      if (!response.ok) throw await refusal(response)
      return { surface: 'slack', channel: defaultChannel, message: '' }
    },

    async update() {
      throw new VendorError({
        code: 'vendor_rejected',
        vendor: 'slack',
        retry: never,
        hint: 'A Slack webhook cannot edit; connect a bot token for cards that follow their case',
      })
    },

    async find() {
      return undefined
    },

    async check() {
      // Asking the webhook anything would post: only its shape can be looked at.
      return { ok: true, detail: 'webhook URL set; the first alert will show whether it works' }
    },
  }
}

async function refusal(response: Response): Promise<VendorError> {
  const word = (await response.text().catch(() => '')).slice(0, 100)
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after'))
    return limited(seconds > 0 ? seconds : null, word)
  }
  if (response.status === 404 || response.status === 410) {
    return new VendorError(
      {
        code: 'vendor_not_found',
        vendor: 'slack',
        retry: never,
        hint: 'The Slack webhook or its channel is gone; make a new SLACK_WEBHOOK_URL',
      },
      word,
    )
  }
  return fromStatus(response.status, 'write', word)
}
