import { describe, expect, it } from 'vitest'
import { startTestHub } from '../hub.ts'
import { saveTemplate, startAgain } from '../saved-template.ts'
import { hasBrowser } from './browser.ts'
import { state, taskNamed, useConsole } from './console-page.ts'

describe.runIf(hasBrowser)('on the page of a run people', { timeout: 60_000 }, () => {
  const open = useConsole()

  it('see a log of any length, a part at a time', async () => {
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

  it('answer and open windows by keyboard alone', async () => {
    await using hub = await startTestHub()
    const ask = { type: 'user_prompt', name: 'ask', title: 'Ask', prompt_type: 'choice' } as const
    const options = ['one', 'two'].map((value) => ({ value, label: value }))
    await saveTemplate(hub, { name: 'asking', steps: [{ ...ask, message: 'Which?', options }] })
    await using tab = await open(hub, `/runs/${await startAgain(hub, 'asking')}`)
    const { page } = tab
    await page.getByRole('radio', { name: 'one' }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: 'two' }).isChecked()).toBe(true)
    await page.keyboard.press('Enter')
    await state(page, 'completed').waitFor()

    const keep = page.getByRole('button', { name: 'Keep as a template …' })
    await keep.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    for (let presses = 0; presses < 10; presses += 1) await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main article header') === null)).toBe(
      true,
    )
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await keep.evaluate((button) => button === document.activeElement)).toBe(true)
  })
})
