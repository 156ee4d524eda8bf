import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ABHISHEK, startTestHub } from '../hub.ts'
import { hasBrowser } from './browser.ts'
import { newTask, state, taskNamed, useConsole } from './console-page.ts'

const REQUEST = "Find task 'Landing page', add comment 'Done!', mark as complete"

describe.runIf(hasBrowser)('the flow screens of the console', { timeout: 60_000 }, () => {
  const open = useConsole()
  const plan = async (page: Page, words: string) => {
    await page.getByLabel('What should be done?').fill(words)
    await page.getByRole('button', { name: 'Plan it' }).click()
  }

  it('plan a request, run what was shown, ask which task is meant, replay and undo', async () => {
    await using hub = await startTestHub()
    newTask(hub, 'Landing page, German')
    await using tab = await open(hub, '/new')
    const { page, complaints } = tab

    await plan(page, REQUEST)
    const steps = page.getByRole('list', { name: 'The plan' })
    await steps.getByText('search tasks').waitFor()
    expect(await steps.getByText('read', { exact: true }).count()).toBe(1)
    expect(await steps.getByText('write', { exact: true }).count()).toBe(2)
    await page.getByText('It looks up 1, changes 2, and reaches customers 0 times.').waitFor()
    expect(hub.effects().tasks).toMatchObject({ writes: 0 })
    await page.getByRole('button', { name: 'Start' }).click()

    await page.getByText('Found 2 matches. Which task is meant?').first().waitFor()
    await page.getByText('without an answer the flow fails').waitFor()
    await page.getByText(REQUEST).waitFor()
    await page.getByRole('radio', { name: /^Landing page, German/ }).check()
    await page.getByRole('button', { name: 'Answer' }).click()
    await state(page, 'completed').waitFor()
    expect(taskNamed(hub, 'Landing page, German')).toMatchObject({ status: 'done' })
    expect(taskNamed(hub, 'Landing page')).toMatchObject({ status: 'todo' })

    const first = page.url()
    await page.getByRole('button', { name: 'Comment "Done!"' }).click()
    await page.getByRole('button', { name: 'Replay from here' }).click()
    const replay = page.getByRole('dialog')
    await replay.getByText('skipped, its result is kept').first().waitFor()
    expect(await replay.getByRole('checkbox', { checked: true }).count()).toBe(0)
    await replay.getByRole('checkbox', { name: /^Comment/ }).check()
    await replay.getByText('happens a second time').waitFor()
    await replay
      .getByLabel('Input of this step')
      .fill('{"content": "Once more", "task_id": "{{context.resolved_entities.task_id}}"}')
    await replay.getByRole('button', { name: 'Replay' }).click()
    await page.getByRole('link', { name: 'an earlier run' }).waitFor()
    await state(page, 'completed').waitFor()
    const comments = () => taskNamed(hub, 'Landing page, German')?.comments.map(({ content }) => content)
    expect(comments()).toEqual(['Done!', 'Once more'])

    await page.goto(first)
    await page.getByRole('button', { name: 'Undo …' }).click()
    const undo = page.getByRole('dialog')
    await undo.getByText('Delete the comment "Done!"').waitFor()
    await undo.getByRole('button', { name: 'Undo 2 things' }).click()
    await state(page, 'rolled back').waitFor()
    expect(comments()).toEqual(['Once more'])
    await page.getByRole('link', { name: 'an earlier run' }).click()
    await page.getByText('rolled back', { exact: true }).first().waitFor()
    expect(complaints).toEqual([])
  })

  it('say what cannot be planned, and offer templates while the model is down', async () => {
    await using hub = await startTestHub()
    await using tab = await open(hub, '/new')
    const { page } = tab
    await plan(page, 'What is our refund policy?')
    await page.getByText('It is a question.').waitFor()

    hub.control.switchFault('model', { on: '* /', kind: { status: 503 }, times: 100 })
    await plan(page, REQUEST)
    await page.getByText('The templates below work without the model.').waitFor()
    await page
      .getByRole('list', { name: 'Templates to start from' })
      .getByRole('link', { name: /follow_up/ })
      .click()

    const form = page.locator('form.form')
    await form.getByText('How many days to wait for an answer').waitFor()
    expect(await form.getByLabel('wait days').inputValue()).toBe('3')
    await form.getByLabel('ticket').fill('zendesk:1')
    await form.getByRole('button', { name: 'Start' }).click()
    await page.getByText('There is no ticket zendesk:1.').waitFor()
    await form.getByLabel('ticket').fill(`zendesk:${hub.ticketOf(ABHISHEK)}`)
    await form.getByLabel('no answer').selectOption('close')
    await form.getByRole('button', { name: 'Start' }).click()
    await page.locator('.run-title').waitFor()
    await hub.settle()
    expect(await hub.flowOf(hub.ticketOf(ABHISHEK))).toMatchObject({
      context: { params: { wait_days: 3, no_answer: 'close' } },
    })
  })

  it('keep a run as a template whose values are parameters, and start that', async () => {
    await using hub = await startTestHub()
    newTask(hub, 'Imprint')
    await using tab = await open(hub, `/new?${new URLSearchParams({ words: REQUEST })}`)
    const { page, complaints } = tab
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('button', { name: 'Keep as a template …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('finish_task')
    await dialog.getByRole('checkbox', { name: /^Landing page/ }).check()
    await dialog.getByLabel(/^Name of the parameter/).fill('task')
    await dialog.getByLabel('What task is').fill('Which task')
    await dialog.getByRole('button', { name: 'Save' }).click()

    await page.getByRole('heading', { name: 'finish_task' }).waitFor()
    await page.getByText('Which task', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Start it …' }).click()
    await page.locator('form.form').getByLabel('task').fill('Imprint')
    await page.getByRole('button', { name: 'Start' }).click()
    await state(page, 'completed').waitFor()
    expect(taskNamed(hub, 'Imprint')).toMatchObject({ status: 'done' })
    expect(complaints).toEqual([])
  })

  it('fit a phone: nothing scrolls sideways', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    newTask(hub, 'Landing page, German')
    await using tab = await open(hub, '/new', { width: 390 })
    const { page } = tab
    const tooWide: string[] = []
    const measure = async (what: string) => {
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (over > 0) tooWide.push(`${what}: ${over} px`)
    }
    await plan(page, REQUEST)
    await page.getByRole('button', { name: 'Start' }).waitFor()
    await measure('a plan')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('radio').first().check()
    await measure('a question')
    await page.getByRole('button', { name: 'Put a step in after this' }).click()
    await measure('a dialog')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Answer' }).click()
    await state(page, 'completed').waitFor()
    await measure('a run')
    for (const button of ['Replay from here', 'Undo …', 'Keep as a template …']) {
      await page.getByRole('button', { name: button }).first().click()
      await page.getByRole('dialog').getByRole('checkbox').first().waitFor()
      await measure(button)
      await page.keyboard.press('Escape')
    }
    const screens = ['templates', 'templates/refund_review', 'schedules?template=refund_review', 'analytics']
    for (const hash of [...screens, 'new?template=refund_review']) {
      await page.goto(`${hub.url}/#/${hash}`)
      await page.locator('main .panel, main .rows').first().waitFor()
      await measure(hash)
    }
    expect(tooWide).toEqual([])
  })
})
