import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { addTask } from '../../src/sandbox/tasks-world.ts'
import type { TestHub } from '../hub.ts'
import { openTab, startBrowser } from './browser.ts'

/** A browser for the tests of a file. @returns a way to open one of the console's screens in a tab of its own. */
export function useConsole() {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 120_000)
  afterAll(() => browser?.close())
  return async (hub: TestHub, hash: string, options: { width?: number } = {}) => {
    const tab = await openTab(browser, options)
    await tab.page.goto(`${hub.url}/#${hash}`)
    return tab
  }
}

/** The state of the run that the page shows. */
export const state = (page: Page, word: string) => page.locator('.run-title .state', { hasText: word })

export const taskNamed = (hub: TestHub, title: string) =>
  Object.values(hub.control.world.taskTracker.tasks).find((task) => task.title === title)

export const newTask = (hub: TestHub, title: string) =>
  addTask(hub.control.world.taskTracker, { title, createdAt: hub.clock.now() })
