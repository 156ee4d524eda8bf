/** Lower case, no accents, plain apostrophes: people type all of these. */
export const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’‘`´]/g, "'")
    .replaceAll('ß', 'ss')
    .toLowerCase()
