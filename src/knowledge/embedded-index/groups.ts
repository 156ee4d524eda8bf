import type { IndexDatabase } from './schema.ts'

type Labels = Record<string, string>

/**
 * Chunks of one organisation with the same labels share a small number, so that a filter over any number of
 * labels is one lookup per chunk in the scan.
 */
export type Groups = {
  /** Its number, given out (and stored) when the combination is new. */
  idFor(org: string, labels: Labels): number
  labelsOf(group: number): Labels
  /** By group number: 1 where a query of this organisation with these labels may look. */
  filter(org: string, labels: Labels): Uint8Array
}

type GroupRow = { id: number; org: string; name: string | null; value: string | null }

export function createGroups(db: IndexDatabase): Groups {
  const insertGroup = db.prepare<[number, string]>('INSERT INTO groups VALUES (?, ?)')
  const insertLabel = db.prepare<[number, string, string]>('INSERT INTO labels VALUES (?, ?, ?)')
  const byId: ({ org: string; labels: Labels } | undefined)[] = []
  const ids = new Map<string, number>()

  const stored = db.prepare<[], GroupRow>(
    'SELECT id, org, name, value FROM groups LEFT JOIN labels ON labels.group_id = groups.id',
  )
  for (const { id, org, name, value } of stored.iterate()) {
    const group = byId[id] ?? { org, labels: {} }
    if (name !== null && value !== null) group.labels[name] = value
    byId[id] = group
  }
  for (const [id, group] of byId.entries()) if (group) ids.set(keyOf(group.org, group.labels), id)

  const store = db.transaction((id: number, org: string, labels: Labels) => {
    insertGroup.run(id, org)
    for (const [name, value] of Object.entries(labels)) insertLabel.run(id, name, value)
  })

  return {
    idFor(org, labels) {
      const key = keyOf(org, labels)
      const known = ids.get(key)
      if (known) return known
      const id = Math.max(1, byId.length)
      store(id, org, labels)
      byId[id] = { org, labels }
      ids.set(key, id)
      return id
    },
    labelsOf: (group) => byId[group]?.labels ?? {},
    filter(org, labels) {
      const wanted = Object.entries(labels)
      return Uint8Array.from({ length: Math.max(1, byId.length) }, (_, id) => {
        const group = byId[id]
        return group?.org === org && wanted.every(([name, value]) => group.labels[name] === value) ? 1 : 0
      })
    },
  }
}

function keyOf(org: string, labels: Labels): string {
  return JSON.stringify([org, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
