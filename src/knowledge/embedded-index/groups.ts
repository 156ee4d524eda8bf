import { z } from 'zod'
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

const StoredLabels = z.record(z.string(), z.string())

export function createGroups(db: IndexDatabase): Groups {
  const insert = db.prepare('INSERT INTO groups (id, org, labels) VALUES (?, ?, ?)')
  const byId: ({ org: string; labels: Labels } | undefined)[] = []
  const ids = new Map<string, number>()

  const keyOf = (org: string, labels: string) => JSON.stringify([org, labels])
  const stored = db.prepare<[], { id: number; org: string; labels: string }>('SELECT * FROM groups')
  for (const { id, org, labels } of stored.iterate()) {
    byId[id] = { org, labels: StoredLabels.parse(JSON.parse(labels)) }
    ids.set(keyOf(org, labels), id)
  }

  return {
    idFor(org, labels) {
      const canonical = JSON.stringify(Object.fromEntries(Object.entries(labels).toSorted(byName)))
      const key = keyOf(org, canonical)
      const known = ids.get(key)
      if (known) return known
      const id = Math.max(1, byId.length)
      insert.run(id, org, canonical)
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

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1
}
