import { describe, expect, it } from 'vitest'
import { htmlToText } from '../../../integrations/resend/html-text.ts'

describe('a mail that came as HTML alone', () => {
  it.each([
    ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
    ['<div>One</div>\n  <div>Two   and\nthree</div>', 'One\n\nTwo and three'],
    ['<b>bold</b> and <a href="https://x.example">link</a>', 'bold and link'],
    ['<head><title>T</title></head>Text<script>alert("<p>")</script><STYLE>p</STYLE> end', 'Text end'],
    ['5 &lt; 6 &amp;amp; &#8364;&#x20AC; &nbsp;&unknown; &#0;', '5 < 6 &amp; €€  &unknown; &#0;'],
    ['No<blockquote>Our <br>mail<blockquote>older</blockquote></blockquote>', 'No\n> Our\n> mail\n> > older'],
    ['İİİ<style>x</style>after', 'İİİafter'],
    ['cut <b', 'cut'],
    ['<!-- hidden -->shown', 'shown'],
    ['', ''],
  ])('%s reads', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it.each(['<', '<style>', '<blockquote>', '&', '<p'])(
    'is read in one pass, though it is all %s',
    (piece) => {
      const startedAt = performance.now()
      htmlToText(piece.repeat(200_000))
      expect(performance.now() - startedAt).toBeLessThan(5000)
    },
  )
})
