import { z } from 'zod'

/** The part of a block that has a size limit; everything else passes. */
const TextObject = z.object({ type: z.string(), text: z.string() })
const LimitedBlock = z.object({
  type: z.string(),
  text: TextObject.optional(),
  fields: z.array(TextObject).optional(),
  elements: z.array(z.unknown()).optional(),
})

const MAX_BLOCKS = 50
const MAX_TEXT: Record<string, number> = { section: 3000, header: 150 }
const MAX_ELEMENTS: Record<string, number> = { actions: 25, context: 10 }
const MAX_FIELDS = 10
const MAX_FIELD_TEXT = 2000

/**
 * What Slack would object to in a message's blocks, or undefined.
 * Only the limits (`@slack/types` 3.2 `block-kit/*.d.ts`): shapes are what the recorded specs are for.
 */
export function blockMistake(blocks: unknown): string | undefined {
  const list = z.array(z.unknown()).safeParse(blocks)
  if (!list.success) return 'blocks must be an array'
  if (list.data.length > MAX_BLOCKS) return `no more than ${MAX_BLOCKS} items allowed`
  for (const [at, candidate] of list.data.entries()) {
    const block = LimitedBlock.safeParse(candidate)
    if (!block.success) return `invalid block at /blocks/${at}`
    const mistake = mistakeIn(block.data)
    if (mistake) return `${mistake} [json-pointer:/blocks/${at}]`
  }
  return undefined
}

function mistakeIn(block: z.infer<typeof LimitedBlock>): string | undefined {
  const maxText = MAX_TEXT[block.type]
  if (maxText !== undefined && block.text && tooLong(block.text.text, maxText)) return 'must be shorter'
  const maxElements = MAX_ELEMENTS[block.type]
  if (maxElements !== undefined && (block.elements?.length ?? 0) > maxElements) return 'too many elements'
  if ((block.fields?.length ?? 0) > MAX_FIELDS) return 'too many fields'
  if (block.fields?.some((field) => tooLong(field.text, MAX_FIELD_TEXT))) return 'must be shorter'
  if (block.type === 'section' && !block.text && !block.fields)
    return 'missing required field: text or fields'
  return undefined
}

/** Empty is as wrong as too long. */
function tooLong(text: string, max: number): boolean {
  return text.length === 0 || text.length > max
}
