import type { TemplateDefinition } from '../definition.ts'
export const templates: ReadonlyMap<string, TemplateDefinition> = new Map()
