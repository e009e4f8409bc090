/**
 * The bar above GraphiQL in which a person puts an API token.
 * The token is in the field only: no state, attribute or storage holds a copy.
 */
export function TokenBar({ field, onSettled }) {
  function clear() {
    field.current.value = ''
    field.current.focus()
  }

  // Pressing Enter would submit the form and reload the page.
  function settle(event) {
    event.preventDefault()
    onSettled()
  }

  return (
    <form className="token-bar" autoComplete="off" onSubmit={settle}>
      <label htmlFor="token">API token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autoComplete="off"
        spellCheck="false"
        placeholder="leave empty to use your session"
        aria-describedby="token-note"
        onBlur={onSettled}
      />
      <button type="button" onClick={clear}>Clear</button>
      <span id="token-note">Sent as Authorization: Bearer. It is not stored, and is lost when you leave the page.</span>
    </form>
  )
}
