import Database from 'better-sqlite3'

/**
 * The index's own file: everything in it can be made again from the documents, so it is kept apart from the
 * hub's database. Narrow tables where the scan and the rescore read, wide ones only for what is shown.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, org TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS labels (
    group_id INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (group_id, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chunks (
    row INTEGER PRIMARY KEY, org TEXT NOT NULL, id TEXT NOT NULL, document_id TEXT NOT NULL,
    title TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (org, id)
  );
  CREATE INDEX IF NOT EXISTS chunks_document ON chunks (org, document_id);
  CREATE TABLE IF NOT EXISTS codes (row INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, code BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS vectors (row INTEGER PRIMARY KEY, vector BLOB NOT NULL);
  CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    title, headings, text,
    content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2'
  );
`
/** Words in a title or a heading weigh more than in the text. */
const RANK = `INSERT INTO words (words, rank) VALUES ('rank', 'bm25(2.0, 1.5, 1.0)')`

export type IndexDatabase = Database.Database

/** Opens or makes the file. */
export function openIndexDatabase(file: string): IndexDatabase {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('cache_size = -16000')
  db.pragma('mmap_size = 2147483648')
  db.exec(SCHEMA)
  db.exec(RANK)
  return db
}

export type Embedding = { model: string; dimensions: number }

/** Records whose vectors the file holds; returns what is wrong when it holds another model's. */
export function adoptModel(db: IndexDatabase, embedding: Embedding): string | null {
  const read = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck()
  const write = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
  const wanted = nameOf(embedding)
  const held = read.get('embedding')
  const empty = db.prepare('SELECT row FROM chunks LIMIT 1').get() === undefined
  if (held === wanted) return null
  if (held === undefined || empty) {
    write.run('embedding', wanted)
    return null
  }
  return `holds vectors of ${held}, the hub now embeds with ${wanted}. Configure the former model again, or remove this file and add the documents again.`
}

function nameOf({ model, dimensions }: Embedding): string {
  return `${model} (${dimensions} dimensions)`
}
