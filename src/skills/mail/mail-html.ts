const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/**
 * A plain-text mail as HTML: paragraphs, then the footer (what follows a line `-- `) in small print. The text
 * becomes neither markup nor link, whatever a customer or a model put into it.
 */
export function mailHtml(subject: string, text: string, language: string): string {
  const [body = '', ...footer] = text.split(/\n-- \n/)
  const paragraphs = body.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '')
  const lines = (part: string) => escapeHtml(part.trim()).replaceAll('\n', '<br>')
  return [
    `<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1a1a1a">',
    ...paragraphs.map((paragraph) => `<p dir="auto">${lines(paragraph)}</p>`),
    ...(footer.length > 0
      ? [
          '<hr style="border:0;border-top:1px solid #ddd">',
          `<p dir="auto" style="font-size:12px;color:#666">${lines(footer.join('\n'))}</p>`,
        ]
      : []),
    '</body></html>',
  ].join('\n')
}
