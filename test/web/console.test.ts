import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { hasBrowser, openTab, STRANGE_HOST, startBrowser } from './browser.ts'

const TRIP = 'Trip for three in January'

describe.runIf(hasBrowser)('the console', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  const open = async (hub: TestHub, hash = '', options: { width?: number; dark?: boolean } = {}) => {
    const tab = await openTab(browser, options)
    await tab.page.goto(`${hub.url}/${hash}`)
    return tab
  }
  /** A run that waits for the approval of its first mail. */
  const startWaiting = async (hub: TestHub) => {
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    return hub.flowOf(ticket)
  }

  it('shows a run as it happens, lets its mail out on approval, and tells what every step did', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    await using tab = await open(hub)
    const { page, complaints } = tab
    await page.getByText('No runs.').waitFor()

    hub.assign(ABHISHEK)
    const row = page.getByRole('list', { name: 'Runs' }).getByRole('link', { name: TRIP })
    await row.getByText('needs you').waitFor()
    expect(hub.effects().mails.total).toBe(0)

    await row.click()
    const draft = page.getByRole('region', { name: 'Approve the first e-mail' })
    await draft.getByText('→ customer').waitFor()
    await draft.getByText(`<${ABHISHEK}>`).waitFor()
    await draft.getByRole('button', { name: 'Approve & send' }).click()
    await page.locator('.run-title').getByText('resolved').waitFor()
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })

    await page.getByRole('button', { name: 'Judge what the call came to' }).click()
    const detail = page.getByRole('region', { name: 'Step: Judge what the call came to' })
    await detail.getByText('Output').waitFor()
    await detail.getByText('solve', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Profile', exact: true }).click()
    await page.getByRole('blockquote').getByText('We eat vegetarian.').first().waitFor()
    await page.getByRole('link', { name: /^Conversation/ }).click()
    await page.getByText('I am not a person, and this call is recorded').first().waitFor()
    await page.getByRole('link', { name: /^Desk & alerts/ }).click()
    await page.locator('.old-new', { hasText: 'open' }).getByText('solved').waitFor()
    await page.getByText('one message in slack').waitFor()
    await page.getByRole('link', { name: /^Effects & model/ }).click()
    await page.getByRole('cell', { name: /customer_profile@/ }).waitFor()
    expect(complaints).toEqual([])
  })

  it('sends what the reviewer wrote instead of the draft', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    const flow = await startWaiting(hub)
    await using tab = await open(hub, `#/runs/${flow.id}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Subject').fill('Your week in Goa')
    await page.getByRole('button', { name: 'Approve & send with edits' }).click()
    await page.locator('.run-title').getByText('resolved').waitFor()
    const mails = Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')
    expect(mails.map(({ subject }) => subject)).toEqual(['Your week in Goa'])
  })

  it('says who was first when the draft has been answered already', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    const flow = await startWaiting(hub)
    await using tab = await openTab(browser)
    const { page } = tab
    // A page that has not heard of it yet.
    await page.route('**/api/v1/stream', (route) => route.abort())
    await page.goto(`${hub.url}/#/runs/${flow.id}`)
    const approve = page.getByRole('button', { name: 'Approve & send' })
    await approve.waitFor()
    await hub.api.approve(flow.id, flow.step('approve_mail').id)
    await page.route('**/run', (route) => route.abort())
    await approve.click()
    await page.getByText(/answered|does not wait|has ended/).waitFor()
    await hub.settle()
    expect(hub.effects().mails.total).toBe(1)
  })

  it('shows what customers write as text, in its own direction, and runs nothing of it', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    const arabic = 'مرحبا، أريد غرفة'
    const ticket = hub.control.createTicket({
      requester: 'tables@mail.example',
      name: '<b id="own">Tables</b>',
      subject: `${arabic} <img src=x onerror=alert(1)>`,
      text: '<script>alert(2)</script> <a href="javascript:alert(3)">a room</a> for two in Lisbon, please.',
    })
    hub.control.assignToAi(ticket.id)
    await hub.settle()
    const flow = await hub.flowOf(ticket.id)
    await using tab = await open(hub, `#/runs/${flow.id}`)
    const { page, complaints } = tab

    const heading = page.getByRole('heading', { level: 1 })
    await heading.getByText('<img src=x onerror=alert(1)>').waitFor()
    expect(await heading.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl')
    for (const tab of ['', '/profile', '/conversation', '/effects', '/log']) {
      await page.goto(`${hub.url}/#/runs/${flow.id}${tab}`)
      await page.getByText('<b id="own">Tables</b>').first().waitFor()
      expect(await page.locator('#own, img[src="x"], main script, a[href^="javascript"]').count()).toBe(0)
    }
    await page.goto(`${hub.url}/#/sandbox/${ticket.id}`)
    await page.getByText('<script>alert(2)</script>').first().waitFor()
    expect(await page.locator('#own, img[src="x"], main script, a[href^="javascript"]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('fits a phone: nothing scrolls sideways', async () => {
    await using hub = await startTestHub()
    hub.control.behave(hub.personOf(ABHISHEK).id, { mail: 'angry' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const { id } = await hub.flowOf(ticket)
    await using tab = await open(hub, '', { width: 390 })
    const { page } = tab
    const screens = ['#/runs', `#/runs/${id}`, '#/escalations', '#/sandbox'].concat(
      ['profile', 'conversation', 'desk', 'effects', 'log'].map((tab) => `#/runs/${id}/${tab}`),
    )
    const tooWide: string[] = []
    for (const hash of screens) {
      await page.goto(`${hub.url}/${hash}`)
      await page.locator('main .panel, main .rows').first().waitFor()
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (over > 0) tooWide.push(`${hash}: ${over} px`)
    }
    expect(tooWide).toEqual([])
  })

  it('lets a person claim and resolve an escalation', async () => {
    await using hub = await startTestHub()
    hub.control.behave(hub.personOf(ABHISHEK).id, { mail: 'angry' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })

    await using tab = await open(hub, '#/escalations')
    const { page, complaints } = tab
    await page.getByRole('list', { name: 'Escalations' }).getByRole('link').first().click()
    await page.getByRole('button', { name: 'Claim' }).click()
    await page.getByText('claimed by').waitFor()
    await page.getByRole('button', { name: 'Resolve …' }).click()
    await page.getByLabel('Note').fill('Called him myself.')
    await page.getByRole('button', { name: 'Resolve', exact: true }).click()
    await page.getByText('Called him myself.').waitFor()
    expect(complaints).toEqual([])
  })

  it('plays the sandbox: a mood, an assignment, a day that passes', async () => {
    await using hub = await startTestHub()
    const ticket = hub.ticketOf(ABHISHEK)
    await using tab = await open(hub, `#/sandbox/${ticket}`)
    const { page, complaints } = tab
    await page.getByLabel('By mail, the customer').selectOption('silent')
    await expect.poll(() => hub.personOf(ABHISHEK).mail).toBe('silent')
    await page.getByRole('button', { name: 'Assign to AI' }).click()
    await page.getByRole('link', { name: 'Open the run' }).waitFor()
    await page.getByText("the customer's reply").waitFor()

    await page.getByRole('button', { name: '+1 day' }).click()
    await expect.poll(() => hub.effects().mails.total, { timeout: 10_000 }).toBe(2)
    await page.getByRole('button', { name: 'Take away from AI' }).click()
    await page.getByText('taken over').waitFor()
    expect(complaints).toEqual([])
  })

  it('switches a fault on and off again', async () => {
    await using hub = await startTestHub()
    await using tab = await open(hub, '#/sandbox')
    const { page } = tab
    await page.getByRole('combobox', { name: 'At', exact: true }).selectOption('resend')
    await page.getByRole('button', { name: 'Switch the fault on' }).click()
    await expect.poll(() => hub.control.faults().resend).toMatchObject([{ on: 'POST /emails', times: 1 }])
    await page.getByRole('button', { name: 'Switch all off' }).click()
    await expect.poll(() => hub.control.faults().resend).toEqual([])
  })

  it('asks for the token where it is needed, and asks again when it is wrong', async () => {
    await using hub = await startTestHub()
    await using tab = await openTab(browser)
    const { page } = tab
    await page.goto(hub.url.replace('127.0.0.1', STRANGE_HOST))
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Open the console' }).click()
    await page.getByText('does not know that token').waitFor()
    await page.getByLabel('API token').fill(hub.apiToken)
    await page.getByRole('button', { name: 'Open the console' }).click()
    await page.getByText('No runs.').waitFor()
    await page.getByText('live', { exact: true }).waitFor()
  })

  it('is dark where the machine is dark, unless the reader chose otherwise', async () => {
    await using hub = await startTestHub()
    await using tab = await open(hub, '', { dark: true })
    const { page } = tab
    await page.getByText('No runs.').waitFor()
    const lightness = () =>
      page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0]))
    expect(await lightness()).toBeLessThan(60)
    await page.getByRole('button', { name: 'Colours: system' }).click()
    expect(await lightness()).toBeGreaterThan(200)
  })

  it('can be used by keyboard alone', async () => {
    await using hub = await startTestHub()
    hub.assign(ABHISHEK)
    await hub.settle()
    await using tab = await open(hub)
    const { page } = tab
    await page.getByRole('link', { name: TRIP }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Skip to content' }).press('Enter')
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement?.classList.contains('run-row'))) break
    }
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement ?? document.body).outline,
    )
    expect(outline).toMatch(/solid 2px/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: TRIP }).waitFor()
  })
})
