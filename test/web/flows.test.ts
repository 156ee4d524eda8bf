import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTask } from '../../src/sandbox/tasks-world.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { saveTemplate, startAgain } from '../saved-template.ts'
import { hasBrowser, openTab, startBrowser } from './browser.ts'

const REQUEST = "Find task 'Landing page', add comment 'Done!', mark as complete"

describe.runIf(hasBrowser)('the flow screens of the console', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  const open = async (hub: TestHub, hash: string, options: { width?: number } = {}) => {
    const tab = await openTab(browser, options)
    await tab.page.goto(`${hub.url}/#${hash}`)
    return tab
  }
  const taskNamed = (hub: TestHub, title: string) =>
    Object.values(hub.control.world.taskTracker.tasks).find((task) => task.title === title)
  const newTask = (hub: TestHub, title: string) =>
    addTask(hub.control.world.taskTracker, { title, createdAt: hub.clock.now() })
  /** Of the run that the page shows. */
  const state = (page: Page, word: string) => page.locator('.run-title .state', { hasText: word })
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

  it('show a log of any length, a part at a time', async () => {
    await using hub = await startTestHub()
    const turn = { type: 'conditional', name: 'turn', title: 'Turn', on_success: 'turn' } as const
    await saveTemplate(hub, {
      name: 'circle',
      bounds: { steps: 300 },
      steps: [{ ...turn, condition: { if: '{{flow.id}}', exists: true } }],
    })
    const id = await startAgain(hub, 'circle')
    await using tab = await open(hub, `/runs/${id}/log`)
    const { page } = tab
    const lines = page.locator('table.log tbody tr')
    await expect.poll(() => lines.count()).toBe(500)
    expect(await page.getByRole('cell', { name: 'bound reached' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Show later lines' }).click()
    await page.getByRole('cell', { name: 'bound reached' }).waitFor()
  })

  it('put a step into a run that goes on, say what is wrong with it, and take one out', async () => {
    await using hub = await startTestHub()
    const ask = {
      type: 'user_prompt',
      name: 'ask',
      title: 'Ask',
      prompt_type: 'confirm',
      message: 'Go on?',
    } as const
    const later = { type: 'delay', name: 'later', title: 'Wait a day', for: '1d' } as const
    await saveTemplate(hub, { name: 'asking', steps: [ask, later] })
    const id = await startAgain(hub, 'asking')
    await using tab = await open(hub, `/runs/${id}`)
    const { page } = tab

    await page.getByRole('button', { name: 'Put a step in after this' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Skill').selectOption('create_task')
    await dialog.getByRole('button', { name: 'Put it in' }).click()
    await dialog.getByText('step.input.title').waitFor()
    const step = { type: 'tool_call', title: 'Note it', skill: 'create_task', input: { title: 'Noted' } }
    await dialog.getByLabel('The step').fill(JSON.stringify(step))
    await dialog.getByRole('button', { name: 'Put it in' }).click()
    await page.getByText('2 steps not taken so far').waitFor()

    await page.getByRole('button', { name: 'Wait a day' }).click()
    await page.getByRole('button', { name: 'Delete this step' }).click()
    await page.getByText('1 step not taken so far').waitFor()
    await page.getByRole('button', { name: 'Yes', exact: true }).click()
    await state(page, 'completed').waitFor()
    expect(taskNamed(hub, 'Noted')).toBeDefined()
  })

  it('cancel a run for a reason', async () => {
    await using hub = await startTestHub()
    await saveTemplate(hub, {
      name: 'idle',
      steps: [{ type: 'delay', name: 'rest', title: 'Rest', for: '1d' }],
    })
    await using tab = await open(hub, `/runs/${await startAgain(hub, 'idle')}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Cancel run …' }).click()
    await page.getByLabel('Reason').fill('Not needed any more')
    await page.getByRole('button', { name: 'Yes, end this run' }).click()
    await page.getByText('Not needed any more').first().waitFor()
    await state(page, 'cancelled').waitFor()
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

  it('add a schedule, with its next times while it is written, pause it, and run it now', async () => {
    await using hub = await startTestHub()
    await saveTemplate(hub, {
      name: 'idle',
      steps: [{ type: 'delay', name: 'rest', title: 'Rest', for: '1d' }],
    })
    await using tab = await open(hub, '/schedules?template=idle')
    const { page } = tab
    await page.getByLabel('Name').fill('Every morning')
    await page.getByLabel('In the time zone').fill('Europe/Berlin')
    await page.getByLabel('When').fill('61 9 * * *')
    await page.locator('.next-five').getByText('61').waitFor()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('.field .problem').getByText('minute, hour, day of month').waitFor()
    await page.getByLabel('When').fill('30 7 * * *')
    await expect.poll(() => page.locator('.next-five li').count()).toBe(5)
    await page.locator('.next-five').getByText('07:30').first().waitFor()
    await page.getByRole('button', { name: 'Add', exact: true }).click()

    const list = page.getByRole('list', { name: 'Schedules' })
    await list.getByText('Every morning').waitFor()
    await list.getByText('07:30').waitFor()
    await list.getByRole('button', { name: 'Pause' }).click()
    await list.locator('.state', { hasText: 'paused' }).waitFor()
    await list.getByRole('button', { name: 'Run now' }).click()
    await list.getByRole('link', { name: 'by hand' }).click()
    await state(page, 'waiting').waitFor()
  })

  it('tell what templates came to, where their runs wait, and retry all that failed alike', async () => {
    await using hub = await startTestHub()
    const missing = { type: 'tool_call', name: 'start', title: 'Start it', skill: 'start_flow' } as const
    await saveTemplate(hub, { name: 'broken', steps: [{ ...missing, input: { template: 'of_later' } }] })
    const id = await startAgain(hub, 'broken')
    await startAgain(hub, 'broken')
    await using tab = await open(hub, '/analytics')
    const { page, complaints } = tab
    const row = page.getByRole('row', { name: /broken/ })
    await row.getByText('0 %').waitFor()
    await row.getByRole('button').click()
    await page.getByRole('row', { name: 'Start it start flow' }).waitFor()

    const rest = { type: 'delay', name: 'rest', title: 'Rest', for: '1d' } as const
    await saveTemplate(hub, { name: 'of_later', steps: [rest] })
    await page.getByRole('list', { name: 'Failures' }).getByRole('button', { name: 'Retry all 2' }).click()
    await page.getByText('2 runs taken up again.').waitFor()
    await row.getByText('100 %').waitFor()
    await page.getByRole('list', { name: 'Where flows wait' }).getByText('of later: rest').first().waitFor()
    await page.goto(`${hub.url}/#/runs/${id}`)
    await page.locator('.wf-row').getByText('2 attempts').waitFor()
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
