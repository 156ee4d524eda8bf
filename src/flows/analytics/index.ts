export { flowAnalytics } from './analytics.ts'
export { retryAlike } from './retry-alike.ts'
