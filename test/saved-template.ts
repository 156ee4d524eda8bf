import { ORG } from '../src/app.ts'
import { type StepInput, TemplateDefinition, type TemplateInput } from '../src/flows/index.ts'
import { insertFlowTemplate } from '../src/store/rows/flow-templates.ts'
import type { TestHub } from './hub.ts'

/** Saves a template of a test's own, as if a person had; what it leaves out is made up. */
export async function saveTemplate(
  hub: TestHub,
  given: Pick<TemplateInput, 'name' | 'steps'> & Partial<TemplateInput>,
): Promise<void> {
  const definition = TemplateDefinition.parse({
    version: 1,
    title: 'A flow of a test',
    description: 'For tests.',
    params: {},
    deadline: '30d',
    ...given,
  })
  await hub.hub.store.write((tx) =>
    tx.run(
      insertFlowTemplate({
        org: ORG,
        name: definition.name,
        version: definition.version,
        definition: JSON.stringify(definition),
        created_by: 'user:test',
        from_flow: null,
        created_at: hub.clock.now(),
      }),
    ),
  )
}

/** Saves a template of a test's own, and starts a flow of it over HTTP. @returns the flow's id. */
export async function startFlowOf(hub: TestHub, steps: StepInput[], name = 'of_a_test'): Promise<string> {
  await saveTemplate(hub, { name, steps })
  return startAgain(hub, name)
}

/** One more flow of a template that is there. */
export async function startAgain(hub: TestHub, template = 'of_a_test'): Promise<string> {
  const { flow } = (await hub.api.call('POST', '/ai/flows', { template, params: {} })) as {
    flow: { id: string }
  }
  await hub.settle()
  return flow.id
}
