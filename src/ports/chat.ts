import type { Check } from './common.ts'

export type Tone = 'success' | 'danger' | 'warning' | 'info' | 'neutral'

/**
 * An answer or card, vendor-neutral; each surface renders it. All text is plain: surfaces escape it.
 * `title` alone must be enough on a lock screen.
 */
export type View = {
  tone: Tone
  title: string
  titleUrl?: string
  lines: string[]
  fields: { label: string; value: string }[]
  links: { label: string; url: string }[]
  /** Small print, like `updated 10:14 UTC`. */
  footer?: string
}

/** Where a message stands: enough to edit it later. Stored with the case. */
export type MessageRef = { surface: string; channel: string; message: string }

export interface ChatSurface {
  readonly name: string
  /** Channel that escalations and outcomes go to. */
  readonly defaultChannel: string
  /** What this connection can do: an incoming webhook alone can neither edit nor find. */
  readonly can: { edit: boolean; find: boolean }
  /** Posts once; `key` is put into the message's metadata so that `find` can find it. Throws VendorError. */
  post(view: View, options: { channel: string; key: string; thread?: string }): Promise<MessageRef>
  update(ref: MessageRef, view: View): Promise<void>
  /**
   * The message posted under `key`, looked up at the vendor (in `thread`, where it was posted there); asked before
   * anything is posted twice. Looks at recent messages only, and not surely at ones edited since.
   */
  find(channel: string, key: string, thread?: string): Promise<MessageRef | undefined>
  check(): Promise<Check>
}
