import { z } from 'zod'
import type { Control } from './control.ts'
import { type Answering, type FollowedFlow, follow, type ScenarioWorld } from './follow.ts'
import type { HubClient, ShownStep } from './hub-client.ts'
import type { RequestScenario } from './scenarios.ts'

const Planned = z.object({
  flow: z.object({ id: z.string(), title: z.string() }),
  plan: z.object({ effects: z.object({ reads: z.int(), writes: z.int(), contacts: z.int() }) }),
})
const Asked = z.looseObject({
  prompt_type: z.enum(['choice', 'text', 'confirm']).nullable(),
  prompt_message: z.string().nullable(),
  prompt_options: z.array(z.object({ value: z.string(), label: z.string() })).nullable(),
})

/** A person writes a request in words; it is planned, shown, confirmed, and whatever is asked is answered. */
export async function runRequest(
  world: ScenarioWorld,
  hub: HubClient,
  scenario: RequestScenario,
  say: (line: string) => void,
): Promise<{ flow: FollowedFlow; missing: string[] }> {
  const { control } = world
  for (const task of scenario.tasks) control.addTask(task)
  say(`→ a person writes: ${scenario.request}`)
  const answer = await hub.call('POST', '/ai/flows', { message: scenario.request })
  const { flow: planned, plan } = Planned.parse(answer)
  const { reads, writes, contacts } = plan.effects
  say(`  planned: ${planned.title} (looks up ${reads}, changes ${writes}, reaches ${contacts} customers)`)
  for (const { title } of (await hub.flow(planned.id)).steps) say(`    · ${title}`)
  const flow = await follow(world, hub, () => hub.flow(planned.id), answerAs(scenario), say)
  return { flow, missing: missingOf(scenario, flow, control) }
}

/** Says yes to the plan, chooses and writes what the scenario says. */
function answerAs({ choose, write }: RequestScenario): Answering {
  return (step: ShownStep) => {
    const { prompt_type, prompt_message, prompt_options } = Asked.parse(step)
    const asked = prompt_message ?? step.title
    if (prompt_type === 'text') return { told: `answers "${write}" to: ${asked}`, value: write ?? '' }
    if (prompt_type === 'choice') {
      const option = prompt_options?.find(({ label }) => choose !== undefined && label.startsWith(choose))
      if (!option) throw new Error(`nobody knows what to choose for: ${asked}`)
      return { told: `chooses "${option.label}" for: ${asked}`, value: option.value }
    }
    return prompt_type === 'confirm'
      ? { told: `says yes to: ${step.title}`, value: 'yes' }
      : { told: `approves: ${step.title}`, value: 'approve' }
  }
}

function missingOf(scenario: RequestScenario, flow: FollowedFlow, { world }: Control): string[] {
  const tasks = Object.values(world.taskTracker.tasks)
  const isThere = ({ title, status, comments }: RequestScenario['leaves'][number]) =>
    tasks.some(
      (task) =>
        task.title === title &&
        task.status === status &&
        task.comments.map(({ content }) => content).join('\n') === comments.join('\n'),
    )
  return [
    ...(flow.status === scenario.outcome ? [] : [`status: ${flow.status}, not ${scenario.outcome}`]),
    ...scenario.leaves
      .filter((task) => !isThere(task))
      .map(
        ({ title, status, comments }) => `no task "${title}", ${status}, with ${comments.length} comments`,
      ),
  ]
}
