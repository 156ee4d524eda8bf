import { z } from 'zod'
import { defineArea } from './area.ts'

const Names = z.array(z.string().min(1))
const Rule = z.strictObject({ allow: Names.optional(), deny: Names.optional() })

/** `allow`: these skills and no others. `deny`: all but these. Both by name. */
const SkillPolicy = z.strictObject({
  roles: z.partialRecord(z.enum(['agent', 'manager', 'admin']), Rule).default({}),
  segments: z.record(z.string().min(1), Rule).default({}),
})

/** Roles of people and segments of customers, each with the skills that may be used for them. */
export const skills = defineArea({
  title: 'Which skills may be used for whom',
  env: z.object({
    SKILL_POLICY: z
      .string()
      .transform(parsePolicy)
      .optional()
      .describe(
        'JSON, or a file of it by SKILL_POLICY_FILE: {"roles":{"agent":{"deny":["place_call"]}},"segments":{"vip":{"allow":["search_knowledge"]}}}; a segment is a tag of the customer',
      ),
  }),
  read: (env) => ({ policy: env.SKILL_POLICY ?? { roles: {}, segments: {} } }),
})

function parsePolicy(text: string, context: z.RefinementCtx): z.infer<typeof SkillPolicy> {
  const mistake = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return mistake('it must be JSON, like {"roles":{"agent":{"deny":["place_call"]}}}')
  }
  const parsed = SkillPolicy.safeParse(json)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  return mistake(
    `it must have roles and segments with allow and deny: ${first?.path.join('.')} ${first?.message}`,
  )
}
