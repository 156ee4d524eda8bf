import type { Route } from '../routes.ts'
import { callRoutes } from './calls.ts'
import { customerRoutes } from './customers.ts'
import type { ApiDeps } from './deps.ts'
import { escalationRoutes } from './escalations.ts'
import { flowAnalyticsRoutes } from './flow-analytics.ts'
import { flowBackRoutes } from './flow-back.ts'
import { flowPromptRoutes } from './flow-prompts.ts'
import { flowScheduleRoutes } from './flow-schedules.ts'
import { flowStepRoutes } from './flow-steps.ts'
import { flowTemplateRoutes } from './flow-templates.ts'
import { flowTriggerRoutes } from './flow-triggers.ts'
import { flowRoutes } from './flows.ts'
import { moreRoutes } from './more.ts'
import { ticketRoutes } from './tickets.ts'

export type { ApiDeps } from './deps.ts'

/** All routes below /api/v1. */
export function apiRoutes(deps: ApiDeps): Route[] {
  return [
    ...flowRoutes(deps),
    ...flowStepRoutes(deps),
    ...flowScheduleRoutes(deps),
    ...flowTriggerRoutes(deps),
    ...flowAnalyticsRoutes(deps),
    ...flowPromptRoutes(deps),
    ...flowBackRoutes(deps),
    ...flowTemplateRoutes(deps),
    ...ticketRoutes(deps),
    ...customerRoutes(deps),
    ...callRoutes(deps),
    ...escalationRoutes(deps),
    ...moreRoutes(deps),
  ]
}
