type EffectClass = 'read' | 'write' | 'contact'

const LOOKS: Record<EffectClass, { word: string; className: string }> = {
  read: { word: 'read', className: 'badge' },
  write: { word: 'write', className: 'badge does-write' },
  contact: { word: '→ customer', className: 'badge does-contact' },
}

/** What a step or an effect does to the world; what reaches a customer looks like nothing else. */
export function EffectMark({ effect }: { effect: EffectClass }) {
  const { word, className } = LOOKS[effect]
  return <span className={className}>{word}</span>
}
