/** Elements whose content nobody reads. */
const UNREAD = new Set(['head', 'style', 'script', 'title', 'template'])
const BREAKS = new Set('br p div tr li ul ol table blockquote hr h1 h2 h3 h4 h5 h6 pre section'.split(' '))
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/**
 * The words of a mail that came as HTML alone; what stands in a blockquote gets `> `, as in a text mail.
 * One pass without backtracking, for the HTML is a stranger's. Made for reading, never for showing.
 */
export function htmlToText(html: string): string {
  const lines: string[] = []
  let line = ''
  let quoted = 0
  const endLine = () => {
    const words = line.trim()
    lines.push(words && '> '.repeat(quoted) + words)
    line = ''
  }
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at)
    const words = open < 0 ? html.slice(at) : html.slice(at, open)
    line += words.replace(/\s+/g, ' ')
    const close = open < 0 ? -1 : html.indexOf('>', open)
    if (close < 0) break
    at = close + 1
    const [, ending, tag = ''] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20)) ?? []
    const name = tag.toLowerCase()
    if (UNREAD.has(name) && !ending) at = endOf(name, html, at)
    if (BREAKS.has(name)) endLine()
    if (name === 'blockquote') quoted = Math.min(Math.max(quoted + (ending ? -1 : 1), 0), 9)
  }
  endLine()
  return decoded(lines.join('\n'))
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function endOf(name: string, html: string, from: number): number {
  const end = new RegExp(`</${name}`, 'gi')
  end.lastIndex = from
  return end.exec(html)?.index ?? html.length
}

function decoded(text: string): string {
  return text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
