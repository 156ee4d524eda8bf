import type { Asking } from './auth.ts'

const LOOPBACK_PAGE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Whether the page that sent a request may: none (a program did), the hub's own, or one that is allowed by
 * configuration. That a page calls us by the name it was loaded from proves nothing: names can be rebound.
 */
export function isAllowedOrigin(
  allowed: { publicUrl: string; allowedOrigins: readonly string[] },
  { headers }: Pick<Asking, 'headers'>,
): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  if (origin === new URL(allowed.publicUrl).origin || allowed.allowedOrigins.includes(origin)) return true
  return LOOPBACK_PAGE.test(origin) && origin === `http://${host}`
}
