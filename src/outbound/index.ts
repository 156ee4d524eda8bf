export { alertTeam } from './alerts.ts'
export { writeCard } from './case-card.ts'
