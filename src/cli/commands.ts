import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { envExample } from './env-example.ts'
import { eraseCustomer } from './erase-customer.ts'
import { replayEventCommand } from './events-replay.ts'
import { exportCommand } from './export.ts'
import { knowledgeAdd } from './knowledge-add.ts'
import { migrateCommand } from './migrate.ts'
import { tokenCreate } from './token-create.ts'
import { tokenList } from './token-list.ts'
import { tokenRevoke } from './token-revoke.ts'
import { workDead } from './work-dead.ts'
import { workReplay } from './work-replay.ts'

/** Every command, in the order that the help has them. */
export const commands: readonly Command[] = [
  doctor,
  migrateCommand,
  knowledgeAdd,
  tokenCreate,
  tokenList,
  tokenRevoke,
  workDead,
  workReplay,
  replayEventCommand,
  exportCommand,
  eraseCustomer,
  envExample,
]
