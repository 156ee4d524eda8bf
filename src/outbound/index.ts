export { alertTeam } from './alerts.ts'
export { writeCard } from './case-card.ts'
export { followFlows } from './flow-card.ts'
