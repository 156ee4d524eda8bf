import { useEffect, useState } from 'react'
import { flowApi, type Skill } from './flow-api.ts'

let known: Promise<Skill[]> | undefined

/** They do not change while the hub runs: asked for once. What cannot be loaded is not there. */
function loadSkills(): Promise<Skill[]> {
  known ??= (async () => {
    const all: Skill[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await flowApi.skills({ cursor, limit: '200' })
      all.push(...page.data)
      if (!page.nextCursor) return all
      cursor = page.nextCursor
    }
  })().catch(() => {
    known = undefined
    return []
  })
  return known
}

/** The skills with what they do to the world and what they take. */
export function useSkills(): readonly Skill[] {
  const [skills, setSkills] = useState<readonly Skill[]>([])
  useEffect(() => {
    let isShown = true
    void loadSkills().then((all) => isShown && setSkills(all))
    return () => {
      isShown = false
    }
  }, [])
  return skills
}
