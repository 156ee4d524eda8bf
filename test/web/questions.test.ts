import { describe, expect, it } from 'vitest'
import { ABHISHEK, startTestHub } from '../hub.ts'
import { saveTemplate, startAgain } from '../saved-template.ts'
import { hasBrowser } from './browser.ts'
import { state, taskNamed, useConsole } from './console-page.ts'

describe.runIf(hasBrowser)('questions in the console', { timeout: 60_000 }, () => {
  const open = useConsole()

  it('ask for what branches want to know, say what an answer must be, and hand it on', async () => {
    await using hub = await startTestHub()
    const asks = { type: 'user_prompt', name: 'ask', title: 'Ask' } as const
    await saveTemplate(hub, {
      name: 'two_teams',
      steps: [
        {
          type: 'parallel',
          name: 'both',
          title: 'Both teams',
          branches: [
            { name: 'legal', steps: [{ ...asks, message: 'legal?', prompt_type: 'confirm' }] },
            {
              name: 'press',
              steps: [{ ...asks, message: 'press?', prompt_type: 'text', check: { is: 'phone' } }],
            },
          ],
        },
      ],
    })
    const id = await startAgain(hub, 'two_teams')
    await using tab = await open(hub, '/runs')
    const { page } = tab
    const needs = page.locator('.needs-you')
    await needs.getByText('an agent to answer "press?"').waitFor()
    await page.goto(`${hub.url}/#/runs/${id}`)

    const press = page.getByRole('region', { name: 'press' })
    await press.getByText('A phone number with country code').waitFor()
    await press.getByLabel('Your answer').fill('12')
    await press.getByRole('button', { name: 'Answer' }).click()
    await press.getByText('must be a phone number with country code').first().waitFor()
    await press.getByRole('button', { name: 'Ask somebody else' }).click()
    await press.getByLabel('Whom').fill('ada')
    await press.getByRole('button', { name: 'Hand on' }).click()
    await press.getByText('asked: ada').waitFor()
    await press.getByLabel('Your answer').fill('+4915112345678')
    await press.getByRole('button', { name: 'Answer' }).click()
    await press.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'legal' }).getByRole('button', { name: 'Yes' }).click()
    await state(page, 'completed').waitFor()
  })

  it('show what was put right, and ask for what nobody may guess and for more room', async () => {
    await using hub = await startTestHub()
    const id = taskNamed(hub, 'Landing page')?.id ?? ''
    const set = { type: 'tool_call', name: 'set', title: 'Set it', skill: 'update_task' } as const
    await saveTemplate(hub, {
      name: 'finish',
      bounds: { steps: 1 },
      steps: [
        { ...set, input: { status: 'Done' } },
        { ...set, name: 'again', title: 'Set it back', input: { task_id: id, status: 'todo' } },
      ],
    })
    await using tab = await open(hub, `/runs/${await startAgain(hub, 'finish')}`)
    const { page } = tab
    const diff = page.locator('.diff')
    await diff.getByText('Done', { exact: true }).waitFor()
    await diff.getByText('is written like this').waitFor()
    const question = page.getByRole('region', { name: 'Set it', exact: true })
    await question.getByText('a value that nobody may guess').waitFor()
    await question.getByLabel('Your answer').fill(id)
    await question.getByRole('button', { name: 'Answer' }).click()

    await page.getByText('It has executed 1 steps; 1 are allowed.').first().waitFor()
    await page.getByText('without an answer the flow fails, and can be retried').waitFor()
    expect(taskNamed(hub, 'Landing page')).toMatchObject({ status: 'done' })
    await page.getByRole('button', { name: 'Yes, as much again' }).click()
    await state(page, 'completed').waitFor()
    expect(taskNamed(hub, 'Landing page')).toMatchObject({ status: 'todo' })
  })

  it('tell an approval that reaches nobody by itself from one that reaches the customer', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = `zendesk:${hub.ticketOf(ABHISHEK)}`
    const params = new URLSearchParams({ template: 'refund_review', ticket })
    await using tab = await open(hub, `/new?${params}`)
    const { page } = tab
    await page.locator('form.form').getByLabel('amount').fill('80')
    await page.getByRole('button', { name: 'Start' }).click()

    const refund = page.getByRole('region', { name: 'Grant the refund', exact: true })
    await refund.getByText('asked: a manager').waitFor()
    expect(await refund.getByText('→ customer').count()).toBe(0)
    await refund.getByRole('button', { name: 'Edit' }).click()
    await refund.getByLabel('Amount').fill('50')
    await refund.getByLabel('Reason').fill('The pick-up came late')
    await refund.getByRole('button', { name: 'Approve with edits' }).click()

    const mail = page.locator('.approval', { hasText: 'E-mail to' })
    await mail.getByText('→ customer').waitFor()
    expect(hub.effects().mails.total).toBe(0)
    await mail.getByRole('button', { name: 'Approve & send' }).click()
    await state(page, 'refund approved').waitFor()
    expect(hub.effects().mails.total).toBe(1)

    await page.getByRole('button', { name: 'Undo …' }).click()
    const stays = page.getByRole('list', { name: 'Stays as it is' })
    await stays.getByText('→ customer').waitFor()
  })
})
