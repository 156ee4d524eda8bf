import { describe, expect, it } from 'vitest'
import { startTestHub } from '../hub.ts'
import { saveTemplate, startAgain } from '../saved-template.ts'
import { hasBrowser } from './browser.ts'
import { state, useConsole } from './console-page.ts'

describe.runIf(hasBrowser)('in the console people', { timeout: 60_000 }, () => {
  const open = useConsole()

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

  it('see what templates came to, where their runs wait, and retry all that failed alike', async () => {
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
})
