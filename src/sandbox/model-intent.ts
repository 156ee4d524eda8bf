import { z } from 'zod'
import { wishesOf } from './model-wishes.ts'

export const IntentTask = z.looseObject({ message: z.looseObject({ text: z.string() }) })

/** Work where any clause of the message asks for something that the scripted planner knows. */
export function intentOf({ message }: z.infer<typeof IntentTask>) {
  const [known] = wishesOf(message.text).filter(({ kind }) => kind !== 'unknown')
  return known
    ? { kind: 'work', why: `It asks for something to be done: ${known.kind.replaceAll('_', ' ')}.` }
    : { kind: 'question', why: 'Nothing in it asks for something to be done.' }
}
