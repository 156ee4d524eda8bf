import type { View } from '../../src/ports/index.ts'

/** A card of which only what matters is named. */
export function view(fields: Partial<View> = {}): View {
  return { tone: 'info', title: 'Case 4711 closed', lines: [], fields: [], links: [], ...fields }
}

/** What a hostile customer puts wherever text goes. */
export const HOSTILE =
  '<!channel> <!here|x> <@U012AB3CD> <#C024BE91L> @everyone @here <https://evil.example|Invoice> [Invoice](https://evil.example) *b* _i_ `c` & <script>'

/** As much of everything as a view can hold, and far more than any vendor takes. */
export const HUGE: View = {
  tone: 'danger',
  title: '&<>'.repeat(2_000),
  titleUrl: `https://desk.example/${'x'.repeat(5_000)}`,
  lines: Array.from({ length: 400 }, (_, n) => `${n} ${'&é🙂*'.repeat(300)}`),
  fields: Array.from({ length: 80 }, (_, n) => ({
    label: `L${n} ${'<'.repeat(400)}`,
    value: '🙂&'.repeat(3_000),
  })),
  links: Array.from({ length: 60 }, (_, n) => ({
    label: '|>&'.repeat(200),
    url: `https://desk.example/${n}?q=${'y'.repeat(300)}`,
  })),
  footer: '&'.repeat(9_000),
}
