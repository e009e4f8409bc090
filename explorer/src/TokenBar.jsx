/**
 * The bar above GraphiQL in which a person puts an API token.
 * The token lives in the field alone: no state, no attribute and no storage holds a copy.
 */
export function TokenBar({ field, onSettled }) {
  function clear() {
    field.current.value = ''
    field.current.focus()
  }

  // Enter in a form submits it, and would load the page anew.
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
        placeholder="none: the session of your sign-in is used"
        aria-describedby="token-note"
        onBlur={onSettled}
      />
      <button type="button" onClick={clear}>Clear</button>
      <span id="token-note">Sent as Authorization: Bearer. It is not stored, and is gone when you leave the page.</span>
    </form>
  )
}
