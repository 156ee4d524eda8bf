import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../../src/knowledge/index.ts'
import { InputError } from '../../../src/ops/errors.ts'

const chunk = (name: string, content: string | Uint8Array, contentType: string | null = null) =>
  chunkDocument({ name, content, contentType })

describe('the structure of a document', () => {
  it('keeps the headings above each chunk and never crosses one', () => {
    const { chunks } = chunk(
      'stay.md',
      '# Your stay\nWelcome.\n## Rooms\nAll have a desk.\n### Suites\nTwo rooms.\n## Pool ##\nOpen daily.\n\nSauna\n=====\nHot.',
    )
    expect(chunks).toEqual([
      { headings: [], text: 'Welcome.' },
      { headings: ['Rooms'], text: 'All have a desk.' },
      { headings: ['Rooms', 'Suites'], text: 'Two rooms.' },
      { headings: ['Pool'], text: 'Open daily.' },
      { headings: ['Sauna'], text: 'Hot.' },
    ])
  })

  it.each([
    ['front matter', 'a.md', '---\ntitle: Prices 2026\nkind: price\n---\n# Rates\nx', 'Prices 2026'],
    ['the first heading', 'a.md', 'Intro\n\n# Rates\nx', 'Rates'],
    ["a page's heading before its <title>", 'a.html', '<title>Rates | Hotel</title><h1>Rates</h1>x', 'Rates'],
    ["a page's <title>", 'a.html', '<title>Rates &amp; taxes</title><p>x', 'Rates & taxes'],
    ['the name', 'house/our_rates-2026.txt', 'x', 'our rates 2026'],
  ])('takes the title from %s', (_case, name, content, title) => {
    expect(chunk(name, content).title).toBe(title)
  })

  it('takes the other simple values of the front matter as labels', () => {
    const { labels } = chunk('a.md', '---\ntitle: T\nkind: policy\nstars: 4\ntags: [a, b]\n---\ntext')
    expect(labels).toEqual({ kind: 'policy', stars: '4' })
  })

  it.each([
    ['Markdown', 'a.md', '| Room | Price |\n|:--|--:|\n| Deluxe | €120 |\n| Suite \\| large | €200 |\nafter'],
    [
      'CSV with semicolons and quotes',
      'a.csv',
      '\ufeffRoom;Price\r\n"Deluxe";€120\r\n\r\n"Suite | large";€200\r\n',
    ],
    [
      'HTML without end tags',
      'a.html',
      '<table><tr><th>Room<th>Price<tr><td>Deluxe<td>&euro;120<tr><td>Suite | <b>large</b><td>&#8364;200</table>',
    ],
  ])('reads a table in %s row by row under its header', (_case, name, content) => {
    expect(chunk(name, content).chunks[0]?.text).toMatch(
      /^Room \| Price\nDeluxe \| €120\nSuite \| large \| €200/,
    )
  })

  it('repeats the header over each part of a long table', () => {
    const rows = Array.from({ length: 200 }, (_, n) => `${n},a room with a view,${n * 10}`)
    const { chunks } = chunk('rooms.csv', ['number,what,price', ...rows].join('\n'))
    expect(chunks.length).toBeGreaterThan(5)
    for (const { text } of chunks) expect(text).toMatch(/^number \| what \| price\n\d/)
    expect(chunks.flatMap(({ text }) => text.split('\n').slice(1))).toHaveLength(200)
  })

  it('keeps an empty cell in its place', () => {
    const page =
      '<table><tr><th>Day</th><th>From</th><th>To</th></tr><tr><td>Mon</td><td></td><td>8</td></tr></table>'
    expect(chunk('a.html', page).chunks[0]?.text).toBe('Day | From | To\nMon |  | 8')
  })

  it('leaves out what a page does not show', () => {
    const page =
      '<head><style>p{}</style></head><nav>Home</nav><!-- <p>old --><script>if (a < b) "</p>"</script><p title="a>b">Pool 1 < 2 &lt;open&gt;'
    expect(chunk('a.html', page).chunks).toEqual([{ headings: [], text: 'Pool 1 < 2 <open>' }])
  })
})

describe('the size of chunks', () => {
  const sentence = (n: number) => `This is sentence number ${n} of many.`
  const long = Array.from({ length: 100 }, (_, n) => sentence(n)).join(' ')

  it('cuts a long paragraph between sentences and loses nothing', () => {
    const { chunks } = chunk('a.txt', long)
    for (const { text } of chunks) {
      expect(text.split(' ').length).toBeLessThanOrEqual(210)
      expect(text).toMatch(/^This.*many\.$/)
    }
    expect(chunks.map(({ text }) => text).join(' ')).toBe(long)
  })

  it.each([
    ['one endless word', 'x'.repeat(50_000)],
    ['writing without spaces', '客室は午後三時からご利用いただけます。'.repeat(500)],
  ])('cuts %s too', (_case, content) => {
    const { chunks } = chunk('a.txt', content)
    expect(chunks.length).toBeGreaterThan(3)
    for (const { text } of chunks) expect(text.length).toBeLessThan(2_500)
  })

  it('joins short paragraphs of a section', () => {
    expect(chunk('a.txt', 'One.\n\nTwo.\n\n\nThree.').chunks).toEqual([
      { headings: [], text: 'One.\nTwo.\nThree.' },
    ])
  })

  it('makes no chunk of nothing', () => {
    expect(chunk('a.md', '# Title\n\n## Empty\n').chunks).toEqual([])
  })
})

describe('kinds of content', () => {
  it.each([
    ['a.md', 'text/plain; charset=utf-8', 'text/markdown'],
    ['a.csv', 'application/octet-stream', 'text/csv'],
    ['page', 'text/html; charset=utf-8', 'text/html'],
    ['note', 'text/plain', 'text/plain'],
  ])('reads %s sent as %s as %s', (name, given, contentType) => {
    expect(chunk(name, 'x', given).contentType).toBe(contentType)
  })

  it.each([
    ['a.pdf', null],
    ['a', 'application/pdf'],
    ['a.docx', 'application/octet-stream'],
    ['a', null],
  ])('says which kinds it reads when it gets %s (%s)', (name, contentType) => {
    expect(() => chunk(name, 'x', contentType)).toThrow(/Markdown, HTML, plain text and CSV/)
  })

  it.each([
    ['UTF-8', Buffer.from('Frühstück 14 €')],
    ['UTF-8 with its mark', Buffer.from('\ufeffFrühstück 14 €')],
    ['UTF-16', Buffer.from('\ufeffFrühstück 14 €', 'utf16le')],
    ['Windows-1252', Buffer.from([...Buffer.from('Fr\u00fchst\u00fcck 14 ', 'latin1'), 0x80])],
  ])('reads bytes in %s', (_case, bytes) => {
    expect(chunk('a.txt', bytes).chunks[0]?.text).toBe('Frühstück 14 €')
  })

  it.each([
    ['bytes that are no text', 'a.txt', Buffer.from([1, 0, 2])],
    ['front matter that is no map', 'a.md', Buffer.from('---\n- a\n---\nx')],
    ['front matter that is no YAML', 'a.md', Buffer.from('---\na: [\n---\nx')],
  ])('refuses %s', (_case, name, bytes) => {
    expect(() => chunk(name, bytes)).toThrow(InputError)
  })
})
