import { keepToken } from './token.ts'

/** Asks for the API token; it is kept for this tab, until it is closed. */
export function TokenForm({ refused }: { refused: boolean }) {
  const submit = (form: FormData) => {
    const given = String(form.get('token') ?? '').trim()
    if (given) keepToken(given)
  }
  return (
    <form action={submit} className="token-form panel">
      <h1>
        <img src="./icon.svg" alt="" width="28" height="28" /> Switchboard
      </h1>
      <label htmlFor="token">API token</label>
      <input id="token" name="token" type="password" autoComplete="off" required spellCheck={false} />
      {refused && (
        <p className="problem" role="alert">
          <span aria-hidden="true">✗</span> This hub does not know that token.
        </p>
      )}
      <button type="submit" className="primary">
        Open the console
      </button>
      <p className="faint">
        The hub printed it at its first start; <code>npm run cli -- token create</code> makes more.
      </p>
    </form>
  )
}
