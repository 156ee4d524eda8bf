/** One of a few, by name. */
export function Choice<Value extends string>(props: {
  label: string
  /** Takes a row of its own. */
  wide?: boolean
  choices: Record<Value, string>
  value: Value
  onChoose: (value: string) => void
}) {
  return (
    <label className={props.wide ? 'wide' : ''}>
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {Object.entries<string>(props.choices).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}
